// A share link: which policies, and the numbers, switches and choices of their settings. Never people: texts and lists do
// not travel at all, because a tag or a directory may be somebody's name.

import type { Draft, Json } from '../engine/types.js';
import { asJson, changed } from './draft.js';
import { PRICE_MAX, isCurrency, type Currency, type Prices } from './money.js';
import { equal, isMembers, pointer, pointerParts, valueAt } from './pointer.js';
import type { Member, NumberShape, SchemaField } from './schema.js';
import { GUARD_FIELDS, PROTECTION_FIELDS, THRESHOLD_DAYS } from './shared-fields.js';
import { isRunTime } from './format.js';

/** Longer ones were not made here. */
const LINK_CHARACTERS_MAX = 8_000;
const VALUES_MAX = 400;

export type SharedValue = number | boolean | string | null;

export interface SharedSide {
  readonly name: string;
  readonly digest: string;
  /** Places in the draft with their values. */
  readonly values: readonly (readonly [string, SharedValue])[];
}

export interface Shared {
  readonly a: SharedSide;
  readonly b?: SharedSide | undefined;
  readonly now?: number | undefined;
  readonly prices?: { readonly currency: Currency; readonly perMonth: Prices } | undefined;
  /** Of a link: how many values beside the settings are none that the form would take. */
  readonly left?: number | undefined;
}

type Allowed = (value: Json | undefined) => boolean;

const isSwitch: Allowed = (value) => typeof value === 'boolean';
const isOneOf =
  (...values: readonly Json[]): Allowed =>
  (value) =>
    values.some((one) => equal(one, value));

/** What the form would take. */
const isNumberOf =
  ({ minimum = -Infinity, maximum = Infinity, whole, scale }: Omit<NumberShape, 'kind'>): Allowed =>
  (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return false;
    const shown = value / (scale ?? 1);
    return shown >= minimum && shown <= maximum && (Number.isInteger(value) || (!whole && scale === undefined));
  };

const TYPES = ['analyzer', 'professional', 'user'] as const;

const SHARED_PLACES: readonly (readonly [string, Allowed])[] = [
  ...TYPES.flatMap((type): [string, Allowed][] => [
    [`/licenseType/${type}/enable`, isSwitch],
    [`/licenseType/${type}/releaseThresholdDays`, isNumberOf(THRESHOLD_DAYS)],
  ]),
  ...GUARD_FIELDS.flatMap((member) => placesOf(member, ['guard'])),
  ...PROTECTION_FIELDS.flatMap((member) => placesOf(member, ['guard', 'neverRelease'])),
];

/** Every place whose value may travel, for a policy with these settings of its own. */
export function shareablePlaces(own: readonly Member[]): ReadonlyMap<string, Allowed> {
  return new Map([...SHARED_PLACES, ...own.flatMap((member) => placesOf(member, ['policy']))]);
}

function placesOf({ name, field }: Member, above: readonly string[]): [string, Allowed][] {
  const parts = [...above, name];
  if (field.kind === 'group') return field.members.flatMap((member) => placesOf(member, parts));
  const allowed = allowedIn(field);
  return allowed ? [[pointer(parts), allowed]] : [];
}

function allowedIn(field: SchemaField): Allowed | undefined {
  const inside: Allowed | undefined =
    field.kind === 'switch'
      ? isSwitch
      : field.kind === 'number'
        ? isNumberOf(field)
        : field.kind === 'choice'
          ? isOneOf(...field.options.map(({ value }) => value))
          : undefined;
  return inside && field.nullable ? (value) => value === null || inside(value) : inside;
}

export function sharedValues(draft: Draft, own: readonly Member[]): [string, SharedValue][] {
  const values: [string, SharedValue][] = [];
  for (const [place, allowed] of shareablePlaces(own)) {
    const value = valueAt(asJson(draft), pointerParts(place));
    if (isShared(value) && allowed(value)) values.push([place, value]);
  }
  return values;
}

/** The draft with the values of a link; what this policy does not have is counted, not taken. */
export function withShared(
  draft: Draft,
  values: SharedSide['values'],
  own: readonly Member[],
): { readonly draft: Draft; readonly left: number } {
  const places = shareablePlaces(own);
  let next = draft;
  let left = 0;
  for (const [place, value] of values) {
    if (places.get(place)?.(value)) next = changed(next, pointerParts(place), value);
    else left += 1;
  }
  return { draft: next, left };
}

export function encodeShared(shared: Shared): string {
  const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, ...shared }));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** Undefined when the text is no link that was made here. */
export function decodeShared(text: string): Shared | undefined {
  if (text.length > LINK_CHARACTERS_MAX) return undefined;
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return readShared(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json);
  } catch {
    return undefined;
  }
}

/** A link's members before they are looked at. */
type Loose<Name extends string> = { readonly [Each in Name]?: Json };

function readShared(found: Json): Shared | undefined {
  if (!isMembers(found)) return undefined;
  const value: Loose<'v' | 'a' | 'b' | 'now' | 'prices'> = found;
  if (value.v !== 1) return undefined;
  const a = readSide(value.a);
  if (!a) return undefined;
  const now = typeof value.now === 'number' && isRunTime(value.now) ? value.now : undefined;
  const { prices, left } = readPrices(value.prices);
  const all = left + (value.now !== undefined && now === undefined ? 1 : 0);
  return { a, b: readSide(value.b), now, prices, left: all > 0 ? all : undefined };
}

function readSide(found: Json | undefined): SharedSide | undefined {
  if (!isMembers(found)) return undefined;
  const value: Loose<'name' | 'digest' | 'values'> = found;
  if (typeof value.name !== 'string' || typeof value.digest !== 'string') return undefined;
  if (!Array.isArray(value.values) || value.values.length > VALUES_MAX) return undefined;
  const values: [string, SharedValue][] = [];
  for (const pair of value.values) {
    if (!Array.isArray(pair)) return undefined;
    const [place, one] = pair;
    if (typeof place !== 'string' || !isShared(one)) return undefined;
    values.push([place, one]);
  }
  return { name: value.name.slice(0, 100), digest: value.digest.slice(0, 80), values };
}

function readPrices(found: Json | undefined): { readonly prices?: Shared['prices']; readonly left: number } {
  if (found === undefined) return { left: 0 };
  const value: Loose<'currency' | 'perMonth'> = isMembers(found) ? found : {};
  if (typeof value.currency !== 'string' || !isCurrency(value.currency)) return { left: 1 };
  const { perMonth = null } = value;
  const [analyzer, professional, user] = TYPES.map((type) => {
    const one = valueAt(perMonth, [type]);
    return typeof one === 'number' && one >= 0 && one <= PRICE_MAX ? one : null;
  });
  const prices: Prices = { analyzer: analyzer ?? null, professional: professional ?? null, user: user ?? null };
  const left = TYPES.filter((type) => prices[type] === null && (valueAt(perMonth, [type]) ?? null) !== null).length;
  return { prices: { currency: value.currency, perMonth: prices }, left };
}

function isShared(value: Json | undefined): value is SharedValue {
  return value === null || ['number', 'boolean', 'string'].includes(typeof value);
}
