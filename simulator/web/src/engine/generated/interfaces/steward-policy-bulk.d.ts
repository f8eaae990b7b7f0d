/** @module Interface steward:policy/bulk@1.0.0 **/
/**
 * Decides on every seat of the columns, in their order.
 */
export function decideColumns(evaluator: Evaluator, seats: Columns): Array<Outline>;
export type Evaluator = import('./steward-policy-policy.js').Evaluator;
export type Instant = import('./steward-policy-policy.js').Instant;
export type LastUse = import('./steward-policy-policy.js').LastUse;
export type LicenseType = import('./steward-policy-policy.js').LicenseType;
export type Verdict = import('./steward-policy-policy.js').Verdict;
/**
 * A place in `columns.strings`, starting at 0.
 */
export type Text = number;
/**
 * Who holds a seat, without the details.
 * # Variants
 * 
 * ## `"known"`
 * 
 * As `policy.owner.known`.
 * ## `"deleted"`
 * 
 * As `policy.owner.deleted`: directory and id are what the server still remembers.
 * ## `"unresolved"`
 * 
 * As `policy.owner.unresolved`.
 */
export type OwnerKind = 'known' | 'deleted' | 'unresolved';
/**
 * What is true of a seat.
 */
export interface SeatFlags {
  /**
   * As `policy.candidate.quarantined`.
   */
  quarantined?: boolean,
  /**
   * As `policy.candidate.excess`.
   */
  excess?: boolean,
}
/**
 * What is true of an owner. None is set for owners who are not known.
 */
export interface OwnerFlags {
  /**
   * As `policy.known-owner.inactive`.
   */
  inactive?: boolean,
  /**
   * As `policy.known-owner.blocked`.
   */
  blocked?: boolean,
  /**
   * As `policy.known-owner.removed-externally`.
   */
  removedExternally?: boolean,
}
/**
 * A name with a value.
 */
export interface Pair {
  /**
   * The name.
   */
  name: Text,
  /**
   * The value.
   */
  value: Text,
}
/**
 * Lists of texts, one for each seat, laid end to end.
 */
export interface TextLists {
  /**
   * All entries of all lists, the lists in the order of the seats.
   */
  items: Uint32Array,
  /**
   * For each seat the place in `items` after the last entry of its list.
   */
  ends: Uint32Array,
}
/**
 * Lists of names with values, one for each seat, laid end to end.
 */
export interface PairLists {
  /**
   * All entries of all lists, the lists in the order of the seats.
   */
  items: Array<Pair>,
  /**
   * For each seat the place in `items` after the last entry of its list.
   */
  ends: Uint32Array,
}
/**
 * Lists of licence types, one for each seat, laid end to end.
 */
export interface LicenseTypeLists {
  /**
   * All entries of all lists, the lists in the order of the seats.
   */
  items: Array<LicenseType>,
  /**
   * For each seat the place in `items` after the last entry of its list.
   */
  ends: Uint32Array,
}
/**
 * Some seats of a run, at most 1,024 at once. The fields mean what those of `policy.candidate` mean.
 */
export interface Columns {
  /**
   * Every text that the other lists name.
   */
  strings: Array<string>,
  /**
   * The ids of the allocations.
   */
  licenseIds: Uint32Array,
  /**
   * The kinds of seat.
   */
  licenseTypes: Array<LicenseType>,
  /**
   * When the seats were given to their owners.
   */
  allocatedAt: Array<Instant | undefined>,
  /**
   * When the seats were last used.
   */
  lastUse: Array<LastUse>,
  /**
   * What is true of the seats.
   */
  seats: Array<SeatFlags>,
  /**
   * Who holds the seats.
   */
  owners: Array<OwnerKind>,
  /**
   * User directories; the empty text for unresolved owners.
   */
  userDirectories: Uint32Array,
  /**
   * User ids; the empty text for unresolved owners.
   */
  userIds: Uint32Array,
  /**
   * What is true of the owners.
   */
  ownerFlags: Array<OwnerFlags>,
  /**
   * Names of tags.
   */
  tags: TextLists,
  /**
   * Custom properties.
   */
  customProperties: PairLists,
  /**
   * Roles; empty unless `policy.fact.roles` is needed.
   */
  roles: TextLists,
  /**
   * Directory attributes; empty unless `policy.fact.attributes` is needed.
   */
  attributes: PairLists,
  /**
   * Display names; none unless `policy.fact.display-name` is needed and the server has one.
   */
  displayNames: Array<Text | undefined>,
  /**
   * The types of further seats of the same person.
   */
  otherSeats: LicenseTypeLists,
  /**
   * The places among all seats of a type, longest idle first, starting at 1.
   */
  ranks: Uint32Array,
}
/**
 * A decision without its texts.
 */
export interface Outline {
  /**
   * Keep or release.
   */
  verdict: Verdict,
  /**
   * The rule that decided, as its place in `policy.description.rules`, starting at 0.
   */
  rule: number,
  /**
   * As `policy.decision.priority`.
   */
  priority: number,
  /**
   * As `policy.decision.flips-at`.
   */
  flipsAt?: Instant,
}
