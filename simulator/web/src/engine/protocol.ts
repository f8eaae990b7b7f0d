// What page and worker say to each other: calls with a number, and answers with the same number.

import type {
  Columns,
  Comparison,
  Explanation,
  Fault,
  NumberSetting,
  Outlines,
  Progress,
  Query,
  Refusal,
  Row,
  SchedulePreview,
  Summary,
  SweepStep,
  TimelineStep,
  ViewResult,
} from './generated/interfaces/steward-simulator-engine.js';
import type { Description } from './generated/interfaces/steward-policy-policy.js';

/** A component as JavaScript: glue, and the core modules that it asks for by name. */
export interface Transpiled {
  readonly glue: string;
  readonly modules: readonly (readonly [name: string, bytes: Uint8Array])[];
}

/**
 * What a worker needs to run a policy: both in one component, or each in its own with JavaScript between them. The first
 * is three times as fast and needs a policy with `bulk` and a browser with several memories.
 */
export type Parts =
  | { readonly kind: 'composed'; readonly whole: Transpiled; readonly engineModules: readonly string[] }
  | { readonly kind: 'apart'; readonly engine: Transpiled; readonly policy: Transpiled; readonly hasBulk: boolean };

/** What the transpiler is made of. */
export interface TranspilerParts {
  readonly glue: string;
  readonly modules: readonly (readonly [name: string, bytes: Uint8Array])[];
}

/** Every call, with what it takes and gives. */
export interface Calls {
  /** Makes a worker one that transpiles. */
  transpile: { takes: [parts: TranspilerParts, component: Uint8Array, isComposed: boolean]; gives: Transpiled };
  /** Makes a worker one that runs a policy, and says who it is. */
  load: { takes: [parts: Parts]; gives: Description };
  digest: { takes: [bytes: Uint8Array]; gives: string };
  previewSchedule: { takes: [text: string, after: number, count: number]; gives: SchedulePreview };
  open: { takes: [file: Uint8Array, digest: string]; gives: Opened };
  yaml: { takes: [draft: string]; gives: string };
  numbers: { takes: [draft: string]; gives: NumberSetting[] };
  /** A new view takes the place of the old one. */
  viewStart: { takes: [draft: string, now: number]; gives: undefined };
  viewStep: { takes: [seats: number]; gives: Progress };
  viewFinish: { takes: []; gives: { result: ViewResult; columns: Columns } };
  order: { takes: [query: Query]; gives: Uint32Array };
  rows: { takes: [places: Uint32Array]; gives: Row[] };
  explain: { takes: [place: number]; gives: Explanation };
  testCase: { takes: [place: number]; gives: string };
  outlines: { takes: []; gives: Outlines };
  compare: { takes: [before: Outlines]; gives: Comparison };
  planStart: { takes: [draft: string, now: number]; gives: undefined };
  planStep: { takes: [seats: number]; gives: Progress };
  planFinish: { takes: [format: 'json' | 'csv']; gives: Uint8Array };
  sweepStart: {
    takes: [draft: string, now: number, pointers: readonly string[], values: Uint32Array];
    gives: undefined;
  };
  sweepStep: { takes: [seats: number]; gives: SweepStep };
  timelineStart: { takes: [draft: string, now: number, days: number]; gives: undefined };
  timelineStep: { takes: [seats: number]; gives: TimelineStep };
}

/** What is known of a snapshot as soon as it is open. */
export interface Opened {
  readonly summary: Summary;
  readonly draft: string;
  readonly plainDraft: string;
}

export type Method = keyof Calls;

/** One call on its way to a worker. */
export type Request = { [M in Method]: { readonly id: number; readonly method: M; readonly args: Calls[M]['takes'] } }[Method];

/** Why a call failed. After a fault or a bug the worker is of no use any more. */
export type Failure =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'broken'; readonly detail: string };

/** The answer to one call. */
export type Response =
  | { readonly id: number; readonly value: Calls[Method]['gives'] }
  | { readonly id: number; readonly failure: Failure };

/** From the page to the sandbox frame. */
export type FrameRequest =
  | { readonly kind: 'start'; readonly worker: number; readonly source: string }
  | { readonly kind: 'stop'; readonly worker: number };

/** From the sandbox frame to the page. */
export type FrameNotice =
  | { readonly kind: 'ready' }
  | { readonly kind: 'died'; readonly worker: number; readonly detail: string };
