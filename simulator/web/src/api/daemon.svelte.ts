// Whether there is a daemon behind this page, and who is signed in. The token lives in the memory of the page; it is kept
// in this tab (`sessionStorage`) only when somebody asks for it, and never elsewhere.

import { ApiProblem, answerOf, createApi, type Api, type Schemas } from './client.js';

export type Presence = 'unknown' | 'absent' | 'present';

const KEY = 'steward.token';

class Daemon {
  presence: Presence = $state('unknown');
  who: Schemas['Who'] | undefined = $state.raw();
  /** The daemon did not take the token any more that somebody had signed in with. */
  wasSignedOut = $state(false);
  readonly mayAct: boolean = $derived(this.who?.role === 'operator');
  readonly api: Api;
  #token: string | undefined = kept();

  constructor() {
    this.api = createApi(
      () => this.#token,
      () => {
        this.wasSignedOut = this.who !== undefined;
        this.#forget();
      },
    );
  }

  /** Asks once whether there is a daemon, and whose token this is. */
  async look(): Promise<void> {
    if (this.presence !== 'unknown') return;
    try {
      await this.#recognise();
    } catch (error) {
      const isDaemon = error instanceof ApiProblem && error.code !== 'no-daemon' && error.code !== 'no-answer';
      this.presence = isDaemon ? 'present' : 'absent';
    }
  }

  /** Asks once more, after nobody was there. */
  async lookAgain(): Promise<void> {
    this.presence = 'unknown';
    await this.look();
  }

  /**
   * Takes a token that somebody typed.
   *
   * @throws ApiProblem when the daemon does not know it.
   */
  async signIn(token: string, keep: boolean): Promise<void> {
    this.#token = token.trim();
    await this.#recognise();
    remember(keep ? this.#token : undefined);
  }

  /**
   * Takes the code of a sign-in link, which is good once.
   *
   * @throws ApiProblem when it was used or is too old.
   */
  async signInWithCode(code: string): Promise<void> {
    const { token } = answerOf(await this.api.POST('/api/v1/sign-in', { body: { code } }));
    this.#token = token;
    await this.#recognise();
  }

  async signOut(): Promise<void> {
    try {
      // Tokens of the settings cannot be ended here; those of a sign-in link can.
      await this.api.POST('/api/v1/sign-out');
    } catch {
      // It is forgotten here whatever the daemon says.
    }
    this.#forget();
  }

  async #recognise(): Promise<void> {
    this.who = answerOf(await this.api.GET('/api/v1/who'));
    this.presence = 'present';
    this.wasSignedOut = false;
  }

  #forget(): void {
    this.#token = undefined;
    this.who = undefined;
    remember(undefined);
  }
}

function kept(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // A browser that keeps nothing asks again.
  }
}

export const daemon = new Daemon();
