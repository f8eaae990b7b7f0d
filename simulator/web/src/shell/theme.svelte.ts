// Light or dark: what the system says, until somebody says otherwise. The choice is kept in this browser.

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'steward.theme';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

class ThemeChoice {
  chosen: Theme = $state(kept());
  #system: MediaQueryList = matchMedia('(prefers-color-scheme: dark)');
  #systemIsDark = $state(false);
  /** What is shown. */
  readonly shown: 'light' | 'dark' = $derived(
    this.chosen === 'system' ? (this.#systemIsDark ? 'dark' : 'light') : this.chosen,
  );

  constructor() {
    this.#systemIsDark = this.#system.matches;
    this.#system.addEventListener('change', (event) => (this.#systemIsDark = event.matches));
    this.#show();
  }

  next(): void {
    this.chosen = NEXT[this.chosen];
    this.#show();
    try {
      localStorage.setItem(KEY, this.chosen);
    } catch {
      // A browser that keeps nothing shows the system's choice next time.
    }
  }

  #show(): void {
    document.documentElement.setAttribute('data-theme', this.chosen);
  }
}

function kept(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const theme = new ThemeChoice();
