// JSON Pointers (RFC 6901) into settings: a value is never changed, a changed copy is made.

import type { Json } from '../engine/types.js';

type Members = { readonly [name: string]: Json };

export function pointer(parts: readonly string[]): string {
  return parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function pointerParts(text: string): string[] {
  if (text === '') return [];
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function valueAt(whole: Json, parts: readonly string[]): Json | undefined {
  let found: Json | undefined = whole;
  for (const part of parts) {
    if (Array.isArray(found)) found = found[Number(part)];
    else if (isMembers(found)) found = Object.hasOwn(found, part) ? found[part] : undefined;
    else return undefined;
  }
  return found;
}

/** A copy with another value at one place; `undefined` takes the member or entry away. */
export function withValue(whole: Json, parts: readonly string[], value: Json | undefined): Json {
  const [first, ...rest] = parts;
  if (first === undefined) return value ?? null;
  if (Array.isArray(whole)) return withEntry(whole, first, rest, value);
  const members: Members = isMembers(whole) ? whole : {};
  if (rest.length === 0 && value === undefined) {
    return Object.fromEntries(Object.entries(members).filter(([name]) => name !== first));
  }
  const old = Object.hasOwn(members, first) ? members[first] : undefined;
  // Not by a spread: a member named `__proto__` is a member like any other.
  const changed: [string, Json] = [first, rest.length === 0 ? (value ?? null) : withValue(old ?? {}, rest, value)];
  const entries = Object.entries(members);
  const at = entries.findIndex(([name]) => name === first);
  if (at < 0) entries.push(changed);
  else entries[at] = changed;
  return Object.fromEntries(entries);
}

function withEntry(list: readonly Json[], part: string, rest: readonly string[], value: Json | undefined): Json {
  const at = part === '-' ? list.length : Number(part);
  const copy = [...list];
  if (rest.length > 0) copy[at] = withValue(list[at] ?? {}, rest, value);
  else if (value === undefined) copy.splice(at, 1);
  else copy[at] = value;
  return copy;
}

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function equal(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
