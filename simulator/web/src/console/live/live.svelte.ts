// The one stream of events of this page. It says what to read again, never what it says; `ask` in `question.svelte.ts`
// listens. A stream that ends is opened again, later after each failure in a row.

import { ApiProblem } from '../../api/client.js';
import { daemon } from '../../api/daemon.svelte.js';
import { listen, type DaemonEvent } from '../../api/events.js';
import { waitMs } from './backoff.js';
import { TOPICS, topicsOf, type Topic } from './topics.js';

export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** A run writes many entries a second; the page reads again this often. */
const GATHERED_MS = 400;

class Live {
  state: LiveState = $state('connecting');
  /** Why there is no stream. */
  problem: ApiProblem | undefined = $state.raw();
  /** Counted up whenever a topic has to be read again. */
  readonly changes: Record<Topic, number> = $state(Object.fromEntries(TOPICS.map((topic) => [topic, 0])) as Record<Topic, number>);
  #failures = 0;
  #waiting = new Set<Topic>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;
  #listeners = new Set<(event: DaemonEvent) => void>();

  /** Follows the events until the signal is given. */
  async run(signal: AbortSignal): Promise<void> {
    this.state = 'connecting';
    while (!signal.aborted) {
      try {
        for await (const event of listen(daemon.api, signal)) this.#take(event);
        this.problem = undefined;
      } catch (error) {
        if (signal.aborted) return;
        this.problem = error instanceof ApiProblem ? error : new ApiProblem(0, 'no-answer', String(error));
      }
      if (signal.aborted) return;
      this.state = 'reconnecting';
      await this.#wait(waitMs(this.#failures++, Math.random()));
    }
  }

  /** Tries again now. */
  retry(): void {
    this.#wake?.();
  }

  /** Whatever somebody did here is shown without waiting for an event. */
  touch(...topics: readonly Topic[]): void {
    for (const topic of topics) this.changes[topic] += 1;
  }

  onevent(listener: (event: DaemonEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #take(event: DaemonEvent): void {
    this.state = 'live';
    this.problem = undefined;
    this.#failures = 0;
    for (const listener of this.#listeners) listener(event);
    for (const topic of topicsOf(event)) this.#waiting.add(topic);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.touch(...this.#waiting);
      this.#waiting.clear();
    }, GATHERED_MS);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export const live = new Live();
