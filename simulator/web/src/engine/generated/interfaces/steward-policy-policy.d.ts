/** @module Interface steward:policy/policy@1.0.0 **/
/**
 * Says who the policy is. It is asked once, before anything else, and answers the same every time.
 */
export function describe(): Description;
/**
 * Milliseconds since 1970-01-01T00:00:00Z.
 */
export type Instant = bigint;
/**
 * A kind of seat that belongs to one person.
 * Analyzer capacity and login passes are pools without owners: they are monitored and never reach a policy.
 * # Variants
 * 
 * ## `"analyzer"`
 * 
 * Analyzer access.
 * ## `"professional"`
 * 
 * Professional access.
 * ## `"user"`
 * 
 * Token-based user access.
 */
export type LicenseType = 'analyzer' | 'professional' | 'user';
/**
 * One rule of a policy.
 */
export interface Rule {
  /**
   * The stable id, such as `recently-used`: ledgers, metrics and tests refer to it.
   */
  id: string,
  /**
   * One line for people: when this rule keeps or releases a seat.
   */
  summary: string,
}
/**
 * A fact about an owner that the host passes only on request.
 * # Variants
 * 
 * ## `"roles"`
 * 
 * The roles of the owner, such as `RootAdmin`.
 * ## `"attributes"`
 * 
 * The directory attributes of the owner, such as `group` and `email`.
 * ## `"display-name"`
 * 
 * The display name of the owner.
 */
export type Fact = 'roles' | 'attributes' | 'display-name';
/**
 * Who and what a policy is, and what it wants to know.
 */
export interface Description {
  /**
   * A short name in kebab-case, such as `standard`.
   */
  name: string,
  /**
   * The policy's own version, semantic versioning.
   */
  version: string,
  /**
   * One line for people.
   */
  summary: string,
  /**
   * Every rule with which this policy may answer. A decision that names another rule is malformed.
   */
  rules: Array<Rule>,
  /**
   * A JSON Schema (draft 2020-12) of the settings that `configure` takes.
   */
  settingsSchema: string,
  /**
   * The optional facts that this policy reads. Facts that are not asked for arrive empty.
   */
  needs: Array<Fact>,
}
/**
 * The seats of one licence type, as the server counts them.
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
   * Seats that are allocated to somebody, quarantined ones not counted.
   */
  allocated: number,
  /**
   * Seats that can still be given out.
   */
  available: number,
  /**
   * Seats allocated above the total.
   */
  excess: number,
  /**
   * Seats that are blocked for a while after their release.
   */
  quarantined: number,
  /**
   * Seats of this type that will be put to `decide` in this run.
   */
  candidates: number,
}
/**
 * What holds for a whole run. It is given once, before the first candidate.
 */
export interface RunContext {
  /**
   * The time of this run; every duration is counted back from here.
   */
  now: Instant,
  /**
   * One entry for each licence type that is enabled on the server.
   */
  pools: Array<Pool>,
}
/**
 * When a seat was last used.
 * A sentinel date never reaches a policy, and neither does a date that could not be read.
 */
export type LastUse = LastUseNever | LastUseUnknown | LastUseAt;
/**
 * The seat was never used.
 */
export interface LastUseNever {
  tag: 'never',
}
/**
 * Nobody can tell: the date is missing or unreadable. Doubt keeps a seat.
 */
export interface LastUseUnknown {
  tag: 'unknown',
}
/**
 * The instant of the last use. It may lie after `now` when clocks disagree.
 */
export interface LastUseAt {
  tag: 'at',
  val: Instant,
}
/**
 * The name of a user who was deleted, as far as the seat still carries it. Both may be empty.
 */
export interface DeletedOwner {
  /**
   * The former user directory.
   */
  userDirectory: string,
  /**
   * The former user id.
   */
  userId: string,
}
/**
 * A name with a value.
 */
export interface Property {
  /**
   * The name of the property or attribute.
   */
  name: string,
  /**
   * The value as text.
   */
  value: string,
}
/**
 * A person of the user list.
 */
export interface KnownOwner {
  /**
   * The user directory, in the spelling of the server. Compare it without regard to case.
   */
  userDirectory: string,
  /**
   * The user id within the directory, in the spelling of the server. Compare it without regard to case.
   */
  userId: string,
  /**
   * The user directory no longer lists this person as active.
   */
  inactive: boolean,
  /**
   * An administrator has blocked this person (`blacklisted` in the API of the server).
   */
  blocked: boolean,
  /**
   * The user directory no longer contains this person.
   */
  removedExternally: boolean,
  /**
   * The names of the person's tags.
   */
  tags: Array<string>,
  /**
   * The person's custom properties. A property with several values has several entries.
   */
  customProperties: Array<Property>,
  /**
   * The person's roles; empty unless `fact.roles` is needed.
   */
  roles: Array<string>,
  /**
   * The person's directory attributes; empty unless `fact.attributes` is needed.
   */
  attributes: Array<Property>,
  /**
   * The display name; none unless `fact.display-name` is needed and the server has one.
   */
  displayName?: string,
}
/**
 * Who holds a seat.
 */
export type Owner = OwnerKnown | OwnerDeleted | OwnerUnresolved;
/**
 * A person of the user list.
 */
export interface OwnerKnown {
  tag: 'known',
  val: KnownOwner,
}
/**
 * The server says that the user was deleted. What it still remembers of the name.
 */
export interface OwnerDeleted {
  tag: 'deleted',
  val: DeletedOwner,
}
/**
 * The seat names a user whom the user list does not contain or describes incompletely.
 * The host keeps such a seat whatever a policy says.
 */
export interface OwnerUnresolved {
  tag: 'unresolved',
}
/**
 * One seat, allocated to one owner.
 */
export interface Candidate {
  /**
   * The id of the allocation: what a release would delete.
   */
  licenseId: string,
  /**
   * The kind of seat.
   */
  licenseType: LicenseType,
  /**
   * When the seat was given to its owner; none when that is not known.
   */
  allocatedAt?: Instant,
  /**
   * When the seat was last used.
   */
  lastUse: LastUse,
  /**
   * The seat was released before and is waiting for the end of its quarantine.
   */
  quarantined: boolean,
  /**
   * The seat was allocated above the total, so its owner cannot use it at present.
   */
  excess: boolean,
  /**
   * Who holds the seat.
   */
  owner: Owner,
  /**
   * The licence types of further seats that the same person holds.
   */
  otherSeats: Array<LicenseType>,
  /**
   * The place among all seats of this type, longest idle first, starting at 1.
   */
  rank: number,
}
/**
 * What the policy wants for a seat.
 * # Variants
 * 
 * ## `"keep"`
 * 
 * Leave the seat with its owner.
 * ## `"release"`
 * 
 * Take the seat back.
 */
export type Verdict = 'keep' | 'release';
/**
 * The answer for one seat.
 */
export interface Decision {
  /**
   * Keep or release.
   */
  verdict: Verdict,
  /**
   * The id of the rule that decided, one of `description.rules`.
   */
  rule: string,
  /**
   * A sentence for people: why.
   */
  reason: string,
  /**
   * Among the releases of a run, the higher ones go first when not all of them can go.
   * Equal priorities go by longest idle first.
   */
  priority: number,
  /**
   * The instant at which this verdict would turn into the other one if nothing but time changes.
   * None when time alone will not turn it.
   */
  flipsAt?: Instant,
}
/**
 * What one rule found.
 * # Variants
 * 
 * ## `"keeps"`
 * 
 * The rule wants the seat kept.
 * ## `"releases"`
 * 
 * The rule wants the seat released.
 * ## `"passes"`
 * 
 * The rule has nothing to say about this seat.
 */
export type Outcome = 'keeps' | 'releases' | 'passes';
/**
 * What one rule says about one seat, whether or not it decided.
 */
export interface RuleOutcome {
  /**
   * The id of the rule.
   */
  rule: string,
  /**
   * What the rule found.
   */
  outcome: Outcome,
  /**
   * The facts and settings that led to it, for people.
   */
  evidence: string,
}
/**
 * One thing that is wrong with the settings.
 */
export interface SettingsError {
  /**
   * Where, as a JSON Pointer (RFC 6901) into the settings. Empty for the whole.
   */
  path: string,
  /**
   * What is wrong and what to write instead, as a lower-case fragment.
   */
  message: string,
}

export class Evaluator {
  /**
   * This type does not have a public constructor.
   */
  private constructor();
  /**
  * Reads the settings (JSON) and takes in what holds for the whole run.
  * Every error of the settings is reported, not only the first one.
  */
  static configure(settings: string, run: RunContext): Evaluator;
  /**
  * Decides on one seat. The answer depends on nothing but the settings, the run context and this candidate.
  */
  decide(candidate: Candidate): Decision;
  /**
  * How many seats of this type the policy wants released at most in this run; none for no limit.
  * The host takes those of the highest priority, longest idle first.
  */
  quota(licenseType: LicenseType): number | undefined;
  /**
  * Says what every rule of this policy finds about one seat, in the order in which they are tried.
  */
  explain(candidate: Candidate): Array<RuleOutcome>;
}
