// An answer of the engine.

import { isSuperseded, SimulatorError } from '../engine/errors.js';
import type { Problem } from '../engine/types.js';
import { Answer as AnyAnswer } from '../parts/answer.svelte.js';

export class Answer<T> extends AnyAnswer<T, Problem> {
  constructor() {
    super((error) => (isSuperseded(error) ? undefined : problemOf(error)));
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof SimulatorError) return error.problem;
  return { kind: 'broken', detail: error instanceof Error ? error.message : String(error) };
}
