// The answer to a question that is asked again and again. The newest question wins; until its answer is there, the one
// before stays in sight, and a failed question leaves the last good answer beside the problem.

import { isSuperseded, SimulatorError } from '../engine/errors.js';
import type { Problem } from '../engine/types.js';

export class Answer<T> {
  /** The last good answer. */
  value: T | undefined = $state.raw();
  /** Why the newest question has none. */
  problem: Problem | undefined = $state.raw();
  asking = $state(false);
  /** What is shown belongs to an older question. */
  readonly stale: boolean = $derived.by(() => (this.asking && !this.#partly) || this.problem !== undefined);
  /** What is shown is a part of the newest answer. */
  #partly = $state(false);
  #newest = 0;

  /** Resolves when the answer is there, or another question took its place. */
  async ask(question: () => Promise<T>): Promise<void> {
    const number = (this.#newest += 1);
    this.asking = true;
    this.#partly = false;
    try {
      const value = await question();
      if (number !== this.#newest) return;
      this.value = value;
      this.problem = undefined;
    } catch (error) {
      if (number !== this.#newest || isSuperseded(error)) return;
      this.problem = problemOf(error);
    }
    if (number === this.#newest) this.asking = false;
  }

  /** A part of the newest answer, before all of it is there. */
  show(value: T): void {
    this.#partly = true;
    this.value = value;
  }

  /** There is nothing to ask any more. */
  clear(): void {
    this.#newest += 1;
    this.value = undefined;
    this.problem = undefined;
    this.asking = false;
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof SimulatorError) return error.problem;
  return { kind: 'broken', detail: error instanceof Error ? error.message : String(error) };
}
