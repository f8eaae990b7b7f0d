// What takes the daemon a while. Whoever began it waits for its end; everybody sees that it is at work.

import { answerOf, ApiProblem } from '../../api/client.js';
import { daemon } from '../../api/daemon.svelte.js';
import type { DaemonEvent } from '../../api/events.js';
import { announcements } from '../../shell/announcements.svelte.js';
import { live } from '../live/live.svelte.js';
import { problemOf } from '../live/question.svelte.js';
import { ended, type Work } from './words.js';

/** Events tell of the end; whoever has no stream asks this often. */
const ASKED_MS = 1_500;

/** Something the daemon has taken. */
export interface Begun {
  /** Rejected when the daemon is gone before the end. */
  readonly end: Promise<Work>;
}

/** Work that failed, where something was needed that should have come of it. */
export const failureOf = (work: Work): ApiProblem => new ApiProblem(500, 'failed', ended(work));

class Works {
  /** What is at work, whoever asked for it. */
  running: Work | undefined = $state.raw();
  /** What somebody began on this page and has not dismissed. */
  last: Work | undefined = $state.raw();
  #waiting = new Map<number, { readonly resolve: (work: Work) => void; readonly reject: (error: ApiProblem) => void }>();
  #daemon: string | undefined;

  /** Begins with what the daemon knows already. */
  async look(): Promise<void> {
    const { work } = answerOf(await daemon.api.GET('/api/v1/work'));
    this.running = work.find(({ state }) => state === 'running');
  }

  take(event: DaemonEvent): void {
    if (event.type === 'hello') {
      // Numbers of work are counted anew by a daemon that was started again.
      if (this.#daemon !== undefined && this.#daemon !== event.daemon) this.#lose();
      this.#daemon = event.daemon;
    }
    if (event.type !== 'work') return;
    const { work } = event;
    // An event tells that work ended, not with what.
    if (work.state !== 'running' && this.#waiting.has(work.id)) void this.#ask(work.id);
    else this.#see(work);
  }

  /**
   * Begins what `request` asks for, and announces its end. Resolves as soon as the daemon has taken it.
   *
   * @throws ApiProblem when the daemon refuses to begin.
   */
  async begin(request: Promise<{ data?: Work | undefined }>, isQuiet = false): Promise<Begun> {
    const work = answerOf(await request);
    if (!isQuiet) this.last = work;
    this.#see(work);
    const end = this.#follow(work, isQuiet);
    // Whoever does not wait for the end is told all the same.
    end.catch((error: unknown) => {
      if (!isQuiet) announcements.say(problemOf(error).message, 'bad');
    });
    return { end };
  }

  async #follow(begun: Work, isQuiet: boolean): Promise<Work> {
    const work = begun.state === 'running' ? await this.#end(begun.id) : begun;
    if (!isQuiet) {
      this.last = work;
      announcements.say(ended(work), work.state === 'done' ? 'good' : work.state === 'failed' ? 'bad' : 'plain');
    }
    live.touch('status', 'plans', 'runs', 'policies', 'audit', 'pools');
    return work;
  }

  async #end(id: number): Promise<Work> {
    const byEvent = new Promise<Work>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const timer = setInterval(() => void this.#ask(id), ASKED_MS);
    try {
      return await byEvent;
    } finally {
      clearInterval(timer);
      this.#waiting.delete(id);
    }
  }

  async #ask(id: number): Promise<void> {
    try {
      this.#see(answerOf(await daemon.api.GET('/api/v1/work/{id}', { params: { path: { id } } })));
    } catch (error) {
      if (error instanceof ApiProblem && (error.status === 404 || error.status === 401)) this.#waiting.get(id)?.reject(error);
    }
  }

  #see(work: Work): void {
    if (work.state === 'running') {
      if (this.running === undefined || this.running.id <= work.id) this.running = work;
      if (this.last?.id === work.id) this.last = work;
      return;
    }
    if (this.running?.id === work.id) this.running = undefined;
    this.#waiting.get(work.id)?.resolve(work);
  }

  #lose(): void {
    const gone = new ApiProblem(0, 'no-answer', 'the daemon was started anew meanwhile; the audit says how far it came');
    this.running = undefined;
    for (const { reject } of this.#waiting.values()) reject(gone);
  }
}

export const works = new Works();
