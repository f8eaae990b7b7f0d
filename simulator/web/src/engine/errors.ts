// What promises of the engine reject with.

import type { Problem } from './types.js';

export class SimulatorError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(sentence(problem));
    this.name = 'SimulatorError';
    this.problem = problem;
  }
}

/** A newer request took its place: nobody waits for the answer any more. */
export function isSuperseded(error: unknown): boolean {
  return error instanceof SimulatorError && error.problem.kind === 'superseded';
}

/** A sentence for people. Parts of it come from files: show it as text. */
export function sentence(problem: Problem): string {
  switch (problem.kind) {
    case 'superseded':
      return 'a newer request took the place of this one';
    case 'closed':
      return 'the session was closed';
    case 'fault':
      return `the policy failed (${problem.fault.kind}): ${problem.fault.detail}`;
    case 'broken':
      return `the engine failed: ${problem.detail}`;
    case 'refused':
      return refused(problem);
    case 'no-policy':
      return noPolicy(problem);
  }
}

function refused({ refusal }: Extract<Problem, { kind: 'refused' }>): string {
  switch (refusal.tag) {
    case 'snapshot':
      return /\bEOF while parsing\b/.test(refusal.val) ? 'the file is cut off' : refusal.val;
    case 'draft':
    case 'question':
      return refusal.val;
    case 'fault':
      return `the policy failed (${refusal.val.kind}): ${refusal.val.detail}`;
    case 'settings': {
      const lines = refusal.val.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      return `the policy refuses its settings: ${lines.join('; ')}`;
    }
  }
}

function noPolicy({ problem }: Extract<Problem, { kind: 'no-policy' }>): string {
  const listed = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ') || 'nothing';
  switch (problem.kind) {
    case 'too-large':
      return `the policy has ${problem.bytes} bytes, at most ${problem.max} are allowed`;
    case 'not-wasm':
      return 'the file is not WebAssembly';
    case 'core-module':
      return 'the file is a core WebAssembly module, not a component';
    case 'broken':
      return `the component is broken: ${problem.detail}`;
    case 'imports':
      return `the component imports ${listed(problem.names)}, but a policy may import nothing`;
    case 'exports':
      return `the component exports ${listed(problem.names)}, but a policy must export the contract`;
  }
}
