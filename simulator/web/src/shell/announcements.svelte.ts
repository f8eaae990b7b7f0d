// Short messages: shown in a corner for a while, and read out by screen readers.

export type Tone = 'good' | 'plain' | 'bad';

export interface Announcement {
  readonly id: number;
  readonly text: string;
  readonly tone: Tone;
}

/** Long enough to be read twice. */
const SHOWN_MS = 7_000;

class Announcements {
  shown: readonly Announcement[] = $state.raw([]);
  told = $state('');
  #next = 1;

  say(text: string, tone: Tone = 'plain'): void {
    const id = this.#next++;
    this.shown = [...this.shown.slice(-2), { id, text, tone }];
    setTimeout(() => this.dismiss(id), SHOWN_MS);
  }

  /** Only for whoever hears the page: what those who see it see anyway, such as that another page is shown. */
  tell(text: string): void {
    this.told = text;
  }

  dismiss(id: number): void {
    this.shown = this.shown.filter((one) => one.id !== id);
  }
}

export const announcements = new Announcements();
