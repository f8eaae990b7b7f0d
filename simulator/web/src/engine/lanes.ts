// Which request is worked on next: one request of each sort at most, the newest, and the more important sort first.
//
// A request is done in steps. Between two steps a newer or more important one takes over; a request that was superseded
// takes no further step. Knows nothing of workers.

import { SimulatorError } from './errors.js';

/** The sorts of requests, the most important one first. */
export const LANES = [
  'view',
  'order',
  'rows',
  'explain',
  'settings',
  'compare',
  'outlines',
  'test-case',
  'plan',
  'timeline',
  'sweep',
] as const;
export type Lane = (typeof LANES)[number];

/** Does a request step by step: what it yields is thrown away, what it returns is the answer. */
export type Steps<T> = AsyncGenerator<void, T, void>;

interface Job {
  isStarted: boolean;
  readonly steps: Steps<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class Lanes {
  readonly #jobs = new Map<Lane, Job>();
  #isRunning = false;
  #closed: SimulatorError | undefined;

  /** Puts a request into its lane; one that is there already is superseded. */
  request<T>(lane: Lane, steps: () => Steps<T>): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    this.supersede(lane);
    return new Promise<T>((resolve, reject) => {
      this.#jobs.set(lane, { isStarted: false, steps: steps(), resolve: (value) => resolve(value as T), reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  /** Whoever waits for the request in this lane is told that nobody works on it. */
  supersede(lane: Lane): void {
    const old = this.#jobs.get(lane);
    if (old === undefined) return;
    this.#jobs.delete(lane);
    old.reject(new SimulatorError({ kind: 'superseded' }));
  }

  /** Requests that were begun cannot go on; those that were not can. */
  fail(error: SimulatorError): void {
    for (const [lane, job] of [...this.#jobs]) {
      if (!job.isStarted) continue;
      this.#jobs.delete(lane);
      job.reject(error);
    }
  }

  close(): void {
    this.#closed = new SimulatorError({ kind: 'closed' });
    for (const job of this.#jobs.values()) job.reject(this.#closed);
    this.#jobs.clear();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      for (let next = this.#first(); next !== undefined; next = this.#first()) await this.#step(...next);
    } finally {
      this.#isRunning = false;
    }
  }

  #first(): [Lane, Job] | undefined {
    for (const lane of LANES) {
      const job = this.#jobs.get(lane);
      if (job !== undefined) return [lane, job];
    }
    return undefined;
  }

  async #step(lane: Lane, job: Job): Promise<void> {
    const isCurrent = () => this.#jobs.get(lane) === job;
    job.isStarted = true;
    try {
      const { done, value } = await job.steps.next();
      // One that was superseded meanwhile was told so already.
      if (done === true && isCurrent()) {
        this.#jobs.delete(lane);
        job.resolve(value);
      }
    } catch (error) {
      if (isCurrent()) {
        this.#jobs.delete(lane);
        job.reject(error);
      }
    }
  }
}
