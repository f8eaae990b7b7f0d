// The answer to a question that is asked again and again. The newest question wins; until its answer is there, the one
// before stays in sight, and a failed question leaves the last good answer beside the problem.

export class Answer<T, P> {
  /** The last good answer. */
  value: T | undefined = $state.raw();
  /** Why the newest question has none. */
  problem: P | undefined = $state.raw();
  asking = $state(false);
  /** What is shown belongs to an older question. */
  readonly stale: boolean = $derived.by(() => (this.asking && !this.#partly) || this.problem !== undefined);
  /** What is shown is a part of the newest answer. */
  #partly = $state(false);
  #newest = 0;
  readonly #problemOf: (error: unknown) => P | undefined;

  /** `problemOf` says what an error means; undefined for one that means nothing, such as a question that was given up. */
  constructor(problemOf: (error: unknown) => P | undefined) {
    this.#problemOf = problemOf;
  }

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
      if (number !== this.#newest) return;
      const problem = this.#problemOf(error);
      if (problem === undefined) return;
      this.problem = problem;
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
