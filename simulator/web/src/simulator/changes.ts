// What would turn a decision, put into the settings by one click.

import type { Change, Draft, Json } from '../engine/types.js';
import { asJson, changed } from './draft.js';
import { equal, pointerParts, valueAt } from './pointer.js';

/** The draft with the change made; undefined when it is not one of settings. */
export function withChange(draft: Draft, { kind, pointer, value }: Change): Draft | undefined {
  if (pointer === undefined) return undefined;
  const parts = pointerParts(pointer);
  const entry = value === undefined ? undefined : parse(value);
  const found = valueAt(asJson(draft), parts);
  if (kind === 'protection-removed') {
    if (!Array.isArray(found)) return entry === undefined || parts.length === 0 ? changed(draft, parts, undefined) : without(draft, parts, entry);
    return changed(draft, parts, found.filter((one) => !equal(one, entry)));
  }
  if (entry === undefined) return undefined;
  if (kind === 'protection-added' && Array.isArray(found)) return changed(draft, [...parts, '-'], entry);
  return changed(draft, parts, entry);
}

/** The pointer names an entry of a list, or a value that another one takes the place of. */
function without(draft: Draft, parts: readonly string[], entry: Json): Draft {
  const isEntry = Array.isArray(valueAt(asJson(draft), parts.slice(0, -1)));
  return changed(draft, parts, isEntry ? undefined : entry);
}

/** One person more on the list of people who keep their seats. */
export function withProtected(draft: Draft, userDir: string, userId: string): Draft {
  return changed(draft, ['guard', 'neverRelease', 'user', '-'], { userDir, userId });
}

export function isProtected({ guard }: Draft, userDir: string, userId: string): boolean {
  const folded = (text: string) => text.trim().toLowerCase();
  return guard.neverRelease.user.some(
    (one) => folded(one.userDir) === folded(userDir) && folded(one.userId) === folded(userId),
  );
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
