/** @module Interface steward:simulator/engine@1.0.0 **/
/**
 * Who the policy says it is, checked as the program checks it.
 */
export function describe(): Description;
/**
 * The SHA-256 digest of a file, as plans write it: `sha256:` and 64 hexadecimal digits.
 */
export function digest(bytes: Uint8Array): string;
/**
 * When a text of the settings file would fire.
 */
export function previewSchedule(text: string, after: Instant, count: number): SchedulePreview;
export type Description = import('./steward-policy-policy.js').Description;
export type LicenseType = import('./steward-policy-policy.js').LicenseType;
export type Outcome = import('./steward-policy-policy.js').Outcome;
export type RuleOutcome = import('./steward-policy-policy.js').RuleOutcome;
export type SettingsError = import('./steward-policy-policy.js').SettingsError;
export type Verdict = import('./steward-policy-policy.js').Verdict;
/**
 * Milliseconds since 1970-01-01T00:00:00Z, always whole: JavaScript's dates count the same.
 */
export type Instant = number;
/**
 * The kinds of fault. The engine itself finds `malformed` and `oversize`; whoever runs it finds the others.
 * # Variants
 * 
 * ## `"trap"`
 * 
 * The policy stopped itself or did something impossible.
 * ## `"out-of-fuel"`
 * 
 * The policy used up the instructions that one answer may cost. Browsers do not count them.
 * ## `"deadline"`
 * 
 * The policy did not answer in time.
 * ## `"out-of-memory"`
 * 
 * The policy wanted more memory than it may have.
 * ## `"malformed"`
 * 
 * The answer breaks the contract.
 * ## `"oversize"`
 * 
 * The answer is longer than the contract allows.
 */
export type FaultKind = 'trap' | 'out-of-fuel' | 'deadline' | 'out-of-memory' | 'malformed' | 'oversize';
/**
 * A policy did not give a valid answer.
 */
export interface Fault {
  /**
   * What kind of fault.
   */
  kind: FaultKind,
  /**
   * The facts, for people.
   */
  detail: string,
}
/**
 * Why something cannot be done.
 */
export type Refusal = RefusalSnapshot | RefusalDraft | RefusalSettings | RefusalFault | RefusalQuestion;
/**
 * The file is no snapshot, or one that contradicts itself. A sentence.
 */
export interface RefusalSnapshot {
  tag: 'snapshot',
  val: string,
}
/**
 * The settings are no draft of settings. A sentence.
 */
export interface RefusalDraft {
  tag: 'draft',
  val: string,
}
/**
 * The policy refuses its settings: everything that it says about them.
 */
export interface RefusalSettings {
  tag: 'settings',
  val: Array<SettingsError>,
}
/**
 * The policy gave an answer that breaks the contract.
 */
export interface RefusalFault {
  tag: 'fault',
  val: Fault,
}
/**
 * The question makes no sense. A sentence.
 */
export interface RefusalQuestion {
  tag: 'question',
  val: string,
}
/**
 * How far a job in steps has come.
 */
export interface Progress {
  /**
   * Seats that were asked about.
   */
  done: number,
  /**
   * Seats to be asked about altogether. The job is done when both are equal.
   */
  total: number,
}
/**
 * Why a schedule text is refused.
 */
export interface ScheduleError {
  /**
   * The character at which it goes wrong, starting at 0.
   */
  position: number,
  /**
   * What is wrong and what to write instead.
   */
  message: string,
}
/**
 * What can be said of a schedule text.
 */
export interface SchedulePreview {
  /**
   * `later` for the text language, or `cron`.
   */
  kind: string,
  /**
   * Why the text is refused; none when it is legal.
   */
  error?: ScheduleError,
  /**
   * What may surprise, as sentences.
   */
  warnings: Array<string>,
  /**
   * The next occurrences, in UTC.
   */
  next: Float64Array,
}
/**
 * The component behind the imported policy.
 */
export interface PolicyFile {
  /**
   * The digest of its bytes, from `digest`.
   */
  digest: string,
  /**
   * It exports `bulk` too.
   */
  hasBulk: boolean,
}
/**
 * The seats of one licence type in numbers.
 */
export interface Pool {
  /**
   * The licence type that is counted here.
   */
  licenseType: LicenseType,
  /**
   * Seats that the licence allows.
   */
  total: number,
  /**
   * Allocated seats, quarantined ones not counted.
   */
  allocated: number,
  /**
   * Seats that can still be given out.
   */
  available: number,
  /**
   * Seats that are blocked for a while after their release.
   */
  quarantined: number,
  /**
   * Seats allocated above the total.
   */
  excess: number,
}
/**
 * What a snapshot file holds.
 */
export interface Summary {
  /**
   * When the server was read.
   */
  takenAt: Instant,
  /**
   * People are replaced by pseudonyms.
   */
  masked: boolean,
  /**
   * The digest of the facts, as plans write it.
   */
  digest: string,
  /**
   * All seats that a policy would be asked about: the candidates.
   */
  seats: number,
  /**
   * People of the user list.
   */
  users: number,
  /**
   * Directory attributes were read too.
   */
  attributesRead: boolean,
  /**
   * One for each enabled licence type.
   */
  pools: Array<Pool>,
  /**
   * People whom an administrator or an undo protects by hand at `taken-at`.
   */
  keptPeople: number,
}
/**
 * A number of the settings that can be swept.
 */
export interface NumberSetting {
  /**
   * Where, as a JSON Pointer into the draft.
   */
  pointer: string,
  /**
   * What it is now; none when the draft leaves it out.
   */
  value?: number,
  /**
   * The smallest value that makes sense.
   */
  minimum: number,
  /**
   * The largest value that makes sense.
   */
  maximum: number,
  /**
   * The licence type that it is about; none when it is about all.
   */
  licenseType?: LicenseType,
  /**
   * What it means, from the policy's schema.
   */
  summary: string,
}
/**
 * What becomes of a seat.
 * # Variants
 * 
 * ## `"kept"`
 * 
 * The policy keeps it.
 * ## `"released"`
 * 
 * It goes.
 * ## `"held"`
 * 
 * The policy releases it, and a gate of its licence type or of the whole run holds it.
 * ## `"guarded"`
 * 
 * The policy releases it, and a gate for this very seat holds it.
 * ## `"later"`
 * 
 * The policy releases it, and leaves it for a later run by its quota.
 */
export type Standing = 'kept' | 'released' | 'held' | 'guarded' | 'later';
/**
 * The seats of one licence type by what becomes of them. Every seat counts once.
 */
export interface TypeCounts {
  /**
   * The licence type that is counted here.
   */
  licenseType: LicenseType,
  /**
   * All of them.
   */
  seats: number,
  /**
   * As `standing.kept`.
   */
  kept: number,
  /**
   * As `standing.released`.
   */
  released: number,
  /**
   * As `standing.held`.
   */
  held: number,
  /**
   * As `standing.guarded`.
   */
  guarded: number,
  /**
   * As `standing.later`.
   */
  later: number,
}
/**
 * How many seats a rule decided.
 */
export interface RuleCount {
  /**
   * The rule.
   */
  rule: string,
  /**
   * The licence type that is counted here.
   */
  licenseType: LicenseType,
  /**
   * What the rule wants.
   */
  verdict: Verdict,
  /**
   * The seats.
   */
  seats: number,
}
/**
 * What a gate stops.
 * # Variants
 * 
 * ## `"seat"`
 * 
 * One seat.
 * ## `"license-type"`
 * 
 * All releases of a licence type.
 * ## `"run"`
 * 
 * Every release of the run.
 */
export type Scope = 'seat' | 'license-type' | 'run';
/**
 * A closed gate of the guard.
 */
export interface Hold {
  /**
   * What it stops.
   */
  scope: Scope,
  /**
   * None when the whole run is held.
   */
  licenseType?: LicenseType,
  /**
   * Its stable name.
   */
  gate: string,
  /**
   * Why this gate exists.
   */
  sentence: string,
  /**
   * What an administrator does next.
   */
  wayOut: string,
  /**
   * The facts.
   */
  detail: string,
  /**
   * The releases that do not go because of it. A seat may be held by several gates.
   */
  seats: number,
}
/**
 * What the policy and the guard make of the snapshot.
 */
export interface ViewResult {
  /**
   * By licence type.
   */
  types: Array<TypeCounts>,
  /**
   * By licence type, verdict and rule.
   */
  rules: Array<RuleCount>,
  /**
   * As the server counts them now.
   */
  poolsBefore: Array<Pool>,
  /**
   * As they would be after the releases. A seat that was used within seven days goes into quarantine.
   */
  poolsAfter: Array<Pool>,
  /**
   * Every closed gate, in the order of plans.
   */
  holds: Array<Hold>,
  /**
   * The rules by their places in `columns.rules`.
   */
  ruleNames: Array<string>,
  /**
   * The gates by their places in `columns.gates`.
   */
  gateNames: Array<string>,
  /**
   * The policy did not answer about every seat, so nothing goes.
   */
  fault?: Fault,
  /**
   * Sentences that whoever looks should see.
   */
  notes: Array<string>,
}
/**
 * All seats, in the order of plans: by licence type, then longest idle first, then id.
 * The n-th entry of every list is about the n-th seat; n is its place, starting at 0.
 */
export interface Columns {
  /**
   * Places in `license-type`.
   */
  licenseTypes: Uint8Array,
  /**
   * Places in `standing`.
   */
  standings: Uint8Array,
  /**
   * Places in `view-result.rule-names`.
   */
  rules: Uint8Array,
  /**
   * The first gate that holds the seat, as a place in `view-result.gate-names`; 255 for none.
   */
  gates: Uint8Array,
  /**
   * Whole days without use; -1 when nobody can tell.
   */
  idleDays: Int32Array,
  /**
   * When the verdict turns if nothing but time changes; NaN when time alone will not turn it.
   */
  flipsAt: Float64Array,
}
/**
 * By what rows are sorted.
 * # Variants
 * 
 * ## `"place"`
 * 
 * The order of plans.
 * ## `"account"`
 * 
 * User directory, then user id.
 * ## `"name"`
 * 
 * Display name, then account.
 * ## `"idle-days"`
 * 
 * Whole days without use.
 * ## `"rule"`
 * 
 * The name of the rule.
 * ## `"standing"`
 * 
 * What becomes of the seat.
 * ## `"flips-at"`
 * 
 * When the verdict turns.
 */
export type SortKey = 'place' | 'account' | 'name' | 'idle-days' | 'rule' | 'standing' | 'flips-at';
/**
 * Which rows are wanted, and in which order. What is left empty lets every row through.
 */
export interface Query {
  /**
   * In account, display name or id, without regard to case.
   */
  text: string,
  /**
   * One of these types.
   */
  licenseTypes: Array<LicenseType>,
  /**
   * One of these.
   */
  standings: Array<Standing>,
  /**
   * One of these rules.
   */
  rules: Array<string>,
  /**
   * Held by one of these gates.
   */
  gates: Array<string>,
  /**
   * By what they are sorted; equal ones stay in the order of plans.
   */
  sort: SortKey,
  /**
   * The other way round.
   */
  descending: boolean,
}
/**
 * A gate that holds one seat.
 */
export interface RowHold {
  /**
   * Its stable name.
   */
  gate: string,
  /**
   * What it stops.
   */
  scope: Scope,
  /**
   * The facts.
   */
  detail: string,
}
/**
 * One seat with its texts. Names and reasons come from the server and the policy: show them as text, never as markup.
 */
export interface Row {
  /**
   * Its place in `columns`.
   */
  place: number,
  /**
   * The kind of seat.
   */
  licenseType: LicenseType,
  /**
   * The id of the allocation.
   */
  licenseId: string,
  /**
   * Of the owner; of a deleted owner what the server still remembers, which may be nothing.
   */
  userDirectory: string,
  /**
   * As `user-directory`.
   */
  userId: string,
  /**
   * The display name, if there is one.
   */
  name?: string,
  /**
   * When the seat was given to its owner; none when that is not known.
   */
  allocatedAt?: Instant,
  /**
   * `never`, `unknown`, or an RFC 3339 instant.
   */
  lastUsed: string,
  /**
   * Whole days without use; none when nobody can tell.
   */
  idleDays?: number,
  /**
   * What the policy wants.
   */
  verdict: Verdict,
  /**
   * The rule that decided.
   */
  rule: string,
  /**
   * Why, as a sentence of the policy.
   */
  reason: string,
  /**
   * When the verdict turns if nothing but time changes.
   */
  flipsAt?: Instant,
  /**
   * What becomes of the seat.
   */
  standing: Standing,
  /**
   * Every gate that holds it.
   */
  holds: Array<RowHold>,
}
/**
 * A name with a value.
 */
export interface Property {
  /**
   * The name.
   */
  name: string,
  /**
   * The value.
   */
  value: string,
}
/**
 * What the user list says about an owner.
 */
export interface Person {
  /**
   * The user directory no longer lists this person as active.
   */
  inactive: boolean,
  /**
   * An administrator has blocked this person.
   */
  blocked: boolean,
  /**
   * The user directory no longer contains this person.
   */
  removedExternally: boolean,
  /**
   * The person's roles.
   */
  roles: Array<string>,
  /**
   * The person's tags.
   */
  tags: Array<string>,
  /**
   * The person's custom properties.
   */
  customProperties: Array<Property>,
}
/**
 * What sort of change it is.
 * # Variants
 * 
 * ## `"time"`
 * 
 * Time passes, and the seat is not used.
 * ## `"number"`
 * 
 * A number of the settings is another one.
 * ## `"protection-added"`
 * 
 * An entry is added to the lists of people who keep their seats.
 * ## `"protection-removed"`
 * 
 * An entry is taken out of them.
 * ## `"used-now"`
 * 
 * The seat is used right now.
 */
export type ChangeKind = 'time' | 'number' | 'protection-added' | 'protection-removed' | 'used-now';
/**
 * One change that would turn what becomes of a seat. Each was found out by asking the policy and the guard again.
 */
export interface Change {
  /**
   * What sort of change.
   */
  kind: ChangeKind,
  /**
   * The change as a lower-case fragment for people, such as `a threshold of 41 days instead of 90`.
   */
  what: string,
  /**
   * Where in the draft, as a JSON Pointer; none for time and use.
   */
  pointer?: string,
  /**
   * The new value, as JSON; for an added or removed entry the entry.
   */
  value?: string,
  /**
   * From when on; for time only.
   */
  at?: Instant,
  /**
   * What the policy would want then.
   */
  verdict: Verdict,
  /**
   * The rule that would decide then.
   */
  rule: string,
  /**
   * The gates for this very seat that would hold it all the same.
   */
  gates: Array<string>,
}
/**
 * Everything there is to say about one seat.
 */
export interface Explanation {
  /**
   * The seat.
   */
  row: Row,
  /**
   * Its owner; none when the user list does not have this person.
   */
  person?: Person,
  /**
   * The places of further seats of the same person.
   */
  otherPlaces: Uint32Array,
  /**
   * What every rule of the policy finds, in the order in which they are tried.
   */
  rules: Array<RuleOutcome>,
  /**
   * The only rule that keeps the seat; none when several do or none does.
   */
  onlyKeeper?: string,
  /**
   * Every gate that holds the seat.
   */
  holds: Array<Hold>,
  /**
   * What would turn it.
   */
  changes: Array<Change>,
}
/**
 * What a policy said about all seats, so that another instance can compare itself with it.
 */
export interface Outlines {
  /**
   * The digest of the facts.
   */
  inventory: string,
  /**
   * The time for which it was asked.
   */
  now: Instant,
  /**
   * The draft with which it was asked.
   */
  draft: string,
  /**
   * 1 for release, 0 for keep, by place.
   */
  releases: Uint8Array,
  /**
   * Places in `rule-names`.
   */
  rules: Uint8Array,
  /**
   * Priorities, by place.
   */
  priorities: Int32Array,
  /**
   * As `columns.flips-at`.
   */
  flipsAt: Float64Array,
  /**
   * The rules by their places in `rules`.
   */
  ruleNames: Array<string>,
  /**
   * How many releases of each type the policy wants at most.
   */
  quotas: Array<[LicenseType, number | undefined]>,
  /**
   * Why the policy did not answer about every seat.
   */
  fault?: Fault,
}
/**
 * The seats of one licence type under two policies.
 */
export interface TypeDiff {
  /**
   * The licence type that is counted here.
   */
  licenseType: LicenseType,
  /**
   * All of them.
   */
  seats: number,
  /**
   * What the first one wants to take, type and run gates aside.
   */
  goBefore: number,
  /**
   * What the second one wants to take.
   */
  goAfter: number,
  /**
   * People who newly lose a seat.
   */
  newlyLose: number,
  /**
   * People who newly keep one.
   */
  newlyKeep: number,
  /**
   * Nothing changes, but another rule decides.
   */
  otherRule: number,
}
/**
 * How a seat differs.
 * # Variants
 * 
 * ## `"newly-loses"`
 * 
 * It goes, or may go later, and did not before; or it goes now and was left for later.
 * ## `"newly-keeps"`
 * 
 * The opposite.
 * ## `"other-rule"`
 * 
 * Nothing changes for its owner, but another rule decides.
 */
export type Difference = 'newly-loses' | 'newly-keeps' | 'other-rule';
/**
 * Seats that differ in the same way.
 */
export interface DiffGroup {
  /**
   * How they differ.
   */
  difference: Difference,
  /**
   * Their licence type.
   */
  licenseType: LicenseType,
  /**
   * The rule that decided before.
   */
  ruleBefore: string,
  /**
   * The rule that decides now.
   */
  ruleAfter: string,
  /**
   * The seats.
   */
  seats: number,
}
/**
 * Two policies on the same facts. Gates of licence types and runs are left aside: they say something about today.
 */
export interface Comparison {
  /**
   * By licence type.
   */
  types: Array<TypeDiff>,
  /**
   * By difference, licence type and rules.
   */
  groups: Array<DiffGroup>,
  /**
   * The places of the seats that differ: by difference, then in the order of plans.
   */
  places: Uint32Array,
  /**
   * For each of them a place in `difference`.
   */
  differences: Uint8Array,
  /**
   * For each of them the place in `groups`.
   */
  groupOf: Uint32Array,
  /**
   * Why the first one did not answer about every seat.
   */
  faultBefore?: Fault,
  /**
   * Why the second one did not.
   */
  faultAfter?: Fault,
}
/**
 * What one value of a sweep gives.
 */
export interface SweepPoint {
  /**
   * The value.
   */
  value: number,
  /**
   * By licence type; empty when the policy refuses the value.
   */
  types: Array<TypeCounts>,
}
/**
 * How far a sweep has come.
 */
export interface SweepStep {
  /**
   * Seats, over all values.
   */
  progress: Progress,
  /**
   * The points that this step completed.
   */
  points: Array<SweepPoint>,
}
/**
 * What happens to one licence type on one day.
 */
export interface DayCounts {
  /**
   * The licence type that is counted here.
   */
  licenseType: LicenseType,
  /**
   * Seats that go on this day.
   */
  released: number,
  /**
   * Seats that the policy would release and leaves for later by its quota.
   */
  later: number,
  /**
   * Seats that the policy would release and that a gate for the very seat holds.
   */
  guarded: number,
  /**
   * Seats that can be given out after this day.
   */
  available: number,
}
/**
 * One day of a timeline.
 */
export interface TimelineDay {
  /**
   * Days after the beginning, starting at 0.
   */
  day: number,
  /**
   * The time of the run on that day.
   */
  at: Instant,
  /**
   * By licence type.
   */
  types: Array<DayCounts>,
}
/**
 * How far a timeline has come.
 */
export interface TimelineStep {
  /**
   * In days.
   */
  progress: Progress,
  /**
   * The days that this step completed.
   */
  days: Array<TimelineDay>,
}

export class Plan {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Configures the policy with a draft and begins.
  */
  static start(session: Session, draft: string, now: Instant): Plan;
  /**
  * Asks about some more seats.
  */
  step(seats: number): Progress;
  /**
  * The plan as a file of format 1. Only after the last step.
  */
  json(): Uint8Array;
  /**
  * As `steward plan --format csv` prints it. Only after the last step.
  */
  csv(): Uint8Array;
}

export class Session {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Reads a file that `steward snapshot` wrote.
  */
  static open(file: Uint8Array, policy: PolicyFile): Session;
  /**
  * What the file holds.
  */
  summary(): Summary;
  /**
  * The draft of the settings that travel with the file, as JSON. See `draft` in the documentation of the engine.
  */
  draft(): string;
  /**
  * The same draft for a policy that has other settings: what every policy is offered stays, the rest goes.
  */
  plainDraft(): string;
  /**
  * The members of the users' settings file that say the same as a draft, as YAML to paste.
  */
  draftYaml(draft: string): string;
  /**
  * The numbers of a draft that can be swept.
  */
  numbers(draft: string): Array<NumberSetting>;
}

export class Sweep {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Puts each of the values at all of the pointers. Values are tried in the order given.
  */
  static start(session: Session, draft: string, now: Instant, pointers: Array<string>, values: Uint32Array): Sweep;
  /**
  * Asks about some more seats.
  */
  step(seats: number): SweepStep;
}

export class Timeline {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Begins at `now`.
  */
  static start(session: Session, draft: string, now: Instant, days: number): Timeline;
  /**
  * Asks about some more seats.
  */
  step(seats: number): TimelineStep;
}

export class View {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Configures the policy with a draft and begins.
  */
  static start(session: Session, draft: string, now: Instant): View;
  /**
  * Asks about some more seats.
  */
  step(seats: number): Progress;
  /**
  * The numbers. Only after the last step, as for everything below.
  */
  outcome(): ViewResult;
  /**
  * All seats.
  */
  columns(): Columns;
  /**
  * The places of the rows that a query wants, in its order.
  */
  order(query: Query): Uint32Array;
  /**
  * Some rows with their texts.
  */
  rows(places: Uint32Array): Array<Row>;
  /**
  * Everything about one seat.
  */
  explain(place: number): Explanation;
  /**
  * The decision about one seat as a test suite of `steward policy test`, as YAML.
  */
  testCase(place: number): string;
  /**
  * What the policy said, for another instance.
  */
  outlines(): Outlines;
  /**
  * What changes when this policy takes the place of another one.
  */
  compare(before: Outlines): Comparison;
}
