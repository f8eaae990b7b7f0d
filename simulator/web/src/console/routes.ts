// The addresses of the console. Every number on a page is an address with the decisions behind it.

import type { Schemas } from '../api/client.js';
import type { LicenseType } from '../parts/format.js';

/** The longest search that an address carries. */
const TEXT_MAX = 200;

export type DecisionSort = Schemas['DecisionSort'];
export type Verdict = Schemas['Verdict'];
export type Gate = Schemas['Gate'];

/** Which decisions of a plan are shown. */
export interface DecisionFilter {
  readonly search?: string | undefined;
  readonly verdict?: Verdict | undefined;
  readonly licenseType?: LicenseType | undefined;
  readonly rule?: string | undefined;
  readonly gate?: Gate | undefined;
  /** The plan releases them, or does not. */
  readonly released?: boolean | undefined;
  /** A gate holds them, or none does. */
  readonly held?: boolean | undefined;
  readonly sort?: DecisionSort | undefined;
  readonly descending?: boolean | undefined;
}

export interface AuditFilter {
  readonly person?: string | undefined;
  readonly search?: string | undefined;
  readonly type?: string | undefined;
  readonly run?: number | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

const SORTS: readonly DecisionSort[] = ['plan', 'idle-days', 'rule', 'name', 'user', 'flips-at'];
const TYPES: readonly LicenseType[] = ['analyzer', 'professional', 'user'];
const VERDICTS: readonly Verdict[] = ['keep', 'release'];

export const pageAddress = (page: string): string => `#/console/${page}`;
export const runAddress = (run: number, outcome?: string): string => address(`runs/${run}`, { outcome });
export const personAddress = (account: string): string => address('people', { person: account });
export const policyAddress = (digest: string): string => address('policies', { policy: digest });

export function planAddress(plan: string, filter: DecisionFilter = {}, person?: string): string {
  const { released, held, descending, ...texts } = filter;
  return address(`plans/${encodeURIComponent(plan)}`, {
    ...texts,
    released: flag(released),
    held: flag(held),
    descending: descending ? 'true' : undefined,
    person,
  });
}

export const auditAddress = (filter: AuditFilter = {}): string => address('audit', { ...filter, run: filter.run?.toString() });

export const costAddress = (month: string): string => address('cost', { month });

/** The month of the address, such as `2026-10`. */
export function readMonth(of: URLSearchParams): string | undefined {
  return /^\d{4}-\d{2}$/.exec(of.get('month') ?? '')?.[0];
}

/** The simulator with the facts of a plan, and perhaps at one seat. */
export function simulatorAddress(plan: string, licenseId?: string): string {
  return `#/simulator?${parameters({ plan, seat: licenseId })}`;
}

export function readDecisionFilter(of: URLSearchParams): DecisionFilter {
  return given({
    search: text(of, 'search'),
    verdict: oneOf(of, 'verdict', VERDICTS),
    licenseType: oneOf(of, 'licenseType', TYPES),
    rule: text(of, 'rule'),
    // The daemon knows its gates; one that it does not know is refused with a sentence.
    gate: text(of, 'gate') as Gate | undefined,
    released: readFlag(of, 'released'),
    held: readFlag(of, 'held'),
    sort: oneOf(of, 'sort', SORTS),
    descending: readFlag(of, 'descending'),
  });
}

export function readAuditFilter(of: URLSearchParams): AuditFilter {
  const run = Number(of.get('run') ?? Number.NaN);
  return given({
    person: text(of, 'person'),
    search: text(of, 'search'),
    type: text(of, 'type'),
    run: Number.isInteger(run) && run > 0 ? run : undefined,
    since: text(of, 'since'),
    until: text(of, 'until'),
  });
}

export const accountOf = ({ userDirectory, userId }: { readonly userDirectory: string; readonly userId: string }): string =>
  userId === '' ? '' : `${userDirectory}\\${userId}`;

/** A directory has no backslash; the rest is the user's id. */
export function splitAccount(account: string): { readonly userDirectory: string; readonly userId: string } {
  const at = account.search(/[\\/]/);
  return at < 0 ? { userDirectory: '', userId: account } : { userDirectory: account.slice(0, at), userId: account.slice(at + 1) };
}

type Texts = Readonly<Record<string, string | undefined>>;

function address(path: string, of: Texts): string {
  const query = parameters(of);
  return query === '' ? pageAddress(path) : `${pageAddress(path)}?${query}`;
}

function parameters(of: Texts): string {
  const kept = Object.entries(of).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
  return new URLSearchParams(kept).toString();
}

function text(of: URLSearchParams, name: string): string | undefined {
  const value = of.get(name);
  return value === null || value === '' ? undefined : value.slice(0, TEXT_MAX);
}

function oneOf<T extends string>(of: URLSearchParams, name: string, values: readonly T[]): T | undefined {
  const value = of.get(name);
  return values.find((one) => one === value);
}

const flag = (value: boolean | undefined): string | undefined => value?.toString();

function readFlag(of: URLSearchParams, name: string): boolean | undefined {
  return { true: true, false: false }[of.get(name) ?? ''];
}

export type Given<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without the members that are not given, so that two filters that mean the same are equal. */
export function given<T extends object>(of: T): Given<T> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as Given<T>;
}
