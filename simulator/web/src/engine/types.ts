// What the user interface sees of the engine, on one page. `client.ts` makes a Simulator.
//
// Records that come from the engine itself are generated from `wit/simulator/engine.wit`.

import type {
  Columns,
  Comparison,
  Explanation,
  Fault,
  NumberSetting,
  Query,
  Refusal,
  Row,
  SchedulePreview,
  Summary,
  SweepPoint,
  TimelineDay,
  ViewResult,
} from './generated/interfaces/steward-simulator-engine.js';
import type { Description } from './generated/interfaces/steward-policy-policy.js';

export type {
  Change,
  ChangeKind,
  Columns,
  Comparison,
  DayCounts,
  DiffGroup,
  Difference,
  Explanation,
  Fault,
  FaultKind,
  Hold,
  NumberSetting,
  Person,
  Pool,
  Query,
  Refusal,
  Row,
  RowHold,
  RuleCount,
  SchedulePreview,
  SortKey,
  Standing,
  Summary,
  SweepPoint,
  TimelineDay,
  TypeCounts,
  TypeDiff,
  ViewResult,
} from './generated/interfaces/steward-simulator-engine.js';
export type {
  Description,
  LicenseType,
  Outcome,
  Rule,
  RuleOutcome,
  SettingsError,
  Verdict,
} from './generated/interfaces/steward-policy-policy.js';

/** Milliseconds since 1970-01-01T00:00:00Z, whole, as `Date.now()` gives them. */
export type Instant = number;

/** A policy that is part of Steward. */
export interface ShippedPolicy {
  readonly name: string;
  /** `sha256:` and 64 hexadecimal digits: what `steward policy list` shows. */
  readonly digest: string;
}

/** A policy that was checked and made ready to run. */
export interface Policy {
  /** The name of the file, or of the shipped policy. */
  readonly fileName: string;
  /** Of the very bytes that run: show it. */
  readonly digest: string;
  readonly bytes: number;
  /** It decides over columns too, which is far faster. */
  readonly hasBulk: boolean;
  /** Its name, version, rules, and the JSON Schema of its settings. */
  readonly description: Description;
}

export interface SimulatorOptions {
  /** The folder of the engine's files, as `npm run engine` makes them; left out: `engine/` beside the page. */
  readonly assets?: URL;
  /** A single step of a policy that takes longer ends its worker. Left out: 10 s, as in the program. */
  readonly deadlineMs?: number;
}

/** Everything that runs policies in this page. Make one with `createSimulator()`. */
export interface Simulator {
  readonly shipped: readonly ShippedPolicy[];
  /** A shipped policy by name. */
  shippedPolicy(name: string): Promise<Policy>;
  /** A file that somebody dropped on the page, or that the daemon gave. Refused before it runs when it imports anything. */
  loadPolicy(fileName: string, bytes: Uint8Array): Promise<Policy>;
  /** One policy on one snapshot, in a worker of its own. For A against B open two. */
  open(policy: Policy, snapshot: Uint8Array): Promise<Session>;
  /** When a text of the settings file would fire. */
  previewSchedule(text: string, after: Instant, count: number): Promise<SchedulePreview>;
  /** Ends every worker. */
  close(): void;
}

/** One policy on one snapshot. */
export interface Session {
  readonly policy: Policy;
  readonly summary: Summary;
  /** The draft of the settings that travel with the snapshot: JSON text, see `Draft`. */
  readonly draft: string;
  /** The same for a policy that has other settings of its own: they are left out. */
  readonly plainDraft: string;
  /** What policy and guard make of the snapshot. Supersedes the view before; `now` left out: when it was taken. */
  view(draft: string, now?: Instant, onProgress?: OnProgress): Promise<View>;
  /** The full plan, the bytes that `steward plan --format json` prints. */
  plan(draft: string, now?: Instant, onProgress?: OnProgress): Promise<Uint8Array>;
  /** The same plan as CSV. */
  csv(draft: string, now?: Instant, onProgress?: OnProgress): Promise<Uint8Array>;
  /** What becomes of the seats for each value, put at all pointers. `onPoints` has what is known so far, in no order. */
  sweep(request: SweepRequest, onPoints?: (points: readonly SweepPoint[]) => void): Promise<readonly SweepPoint[]>;
  /** The next days under this policy. */
  timeline(
    request: TimelineRequest,
    onDays?: (days: readonly TimelineDay[]) => void,
  ): Promise<readonly TimelineDay[]>;
  /** Ends a long question that nobody waits for any more. */
  giveUp(question: 'sweep' | 'timeline'): void;
  /** The numbers of a draft that can be swept, thresholds first. */
  numbers(draft: string): Promise<readonly NumberSetting[]>;
  /** The members of the users' settings file that say the same as the draft, as YAML to paste. */
  yaml(draft: string): Promise<string>;
  /** Ends the worker. */
  close(): void;
}

/** One answer. Its methods reject with `superseded` as soon as the session has a newer view. */
export interface View {
  readonly draft: string;
  readonly now: Instant;
  readonly result: ViewResult;
  /** All seats as typed arrays; a place is an index into them. */
  readonly columns: Columns;
  /** The places that a query wants, in its order: what a virtual list shows. */
  order(query: Query): Promise<Uint32Array>;
  /** Texts of the visible rows. */
  rows(places: Uint32Array | readonly number[]): Promise<readonly Row[]>;
  /** Everything about one seat. */
  explain(place: number): Promise<Explanation>;
  /** The decision about one seat as a suite for `steward policy test`, YAML. */
  testCase(place: number): Promise<string>;
  /** Who newly loses and newly keeps when this view takes the place of the other one, of another session. */
  compare(before: View): Promise<Comparison>;
}

export interface SweepRequest {
  readonly draft: string;
  readonly now?: Instant;
  /** From `NumberSetting.pointer`. */
  readonly pointers: readonly string[];
  /** Left out: 1 to 365. */
  readonly values?: readonly number[];
}

export interface TimelineRequest {
  readonly draft: string;
  readonly now?: Instant;
  /** Left out: 180. */
  readonly days?: number;
}

/** Between 0 and 1. */
export type OnProgress = (share: number) => void;

/** Why a file is no policy. */
export type PolicyProblem =
  | { readonly kind: 'too-large'; readonly bytes: number; readonly max: number }
  | { readonly kind: 'not-wasm' }
  | { readonly kind: 'core-module' }
  | { readonly kind: 'broken'; readonly detail: string }
  | { readonly kind: 'imports'; readonly names: readonly string[] }
  | { readonly kind: 'exports'; readonly names: readonly string[] };

/** What a promise of the engine rejects with: `SimulatorError.problem`. */
export type Problem =
  /** A newer request of the same sort took its place: ignore it. */
  | { readonly kind: 'superseded' }
  /** The session was closed. */
  | { readonly kind: 'closed' }
  /** The engine refuses snapshot, draft or question, or the policy its settings. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The policy failed. Its worker was ended; the next request starts a new one. */
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** The file is no policy. */
  | { readonly kind: 'no-policy'; readonly problem: PolicyProblem }
  /** The engine itself cannot be loaded or failed: a bug of Steward, or files that are missing. */
  | { readonly kind: 'broken'; readonly detail: string };

/** The draft of settings, as `Session.draft` has it. The engine reads it strictly: unknown members are refused. */
export interface Draft {
  /** `Butler.qlikSenseLicense.licenseRelease.licenseType`, and `steward.licenseType.user`. */
  licenseType: Record<'analyzer' | 'professional' | 'user', { enable: boolean; releaseThresholdDays: number }>;
  guard: DraftGuard;
  /** The policy's own settings: `steward.policy.settings`. Its schema is `Policy.description.settingsSchema`, without
   *  the members `licenseType` and `neverRelease`. */
  policy: Record<string, Json>;
  /** Settings of a snapshot that no settings file would give. They count instead of `licenseType` and `policy`; take the
   *  member away to edit these. */
  verbatim?: Json;
}

export interface DraftGuard {
  minIdleDays: number;
  protectRoles: string[];
  /** Hundredths of a per cent: 500 is `maxReleasePercent: 5`. */
  maxReleaseBasisPoints: number;
  maxReleases: number | null;
  aboveCap: 'hold' | 'longest-idle-first';
  undoReserveDays: number | null;
  maxInventoryAgeMinutes: number;
  planTtlDays: number;
  /** `Butler.qlikSenseLicense.licenseRelease.neverRelease`: the policy gets the same. */
  neverRelease: {
    user: { userDir: string; userId: string }[];
    tag: string[];
    customProperty: { name: string; value: string }[];
    userDirectory: string[];
    inactive: FlagRule;
    blocked: FlagRule;
    removedExternally: FlagRule;
  };
  ownAccount: { userDir: string; userId: string } | null;
}

export type FlagRule = 'ignore' | 'yes' | 'no';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
