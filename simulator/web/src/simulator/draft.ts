// The draft of the settings: what the form edits, and where errors of a policy belong in it.

import type { Draft, Json, SettingsError } from '../engine/types.js';
import { pointer, pointerParts, withValue } from './pointer.js';

export function parseDraft(text: string): Draft {
  return JSON.parse(text) as Draft;
}

/** Another draft, with one value changed or taken away. */
export function changed(draft: Draft, parts: readonly string[], value: Json | undefined): Draft {
  return withValue(asJson(draft), parts, value) as unknown as Draft;
}

export function asJson(draft: Draft): Json {
  return draft as unknown as Json;
}

/** A policy names places in its own settings: `licenseType` and `neverRelease` stand elsewhere in the draft. */
export function placeInDraft(path: string): string {
  const [first, ...rest] = pointerParts(path);
  if (first === undefined) return '/policy';
  if (first === 'licenseType') return pointer([first, ...rest]);
  if (first === 'neverRelease') return pointer(['guard', first, ...rest]);
  return pointer(['policy', first, ...rest]);
}

export type ErrorsByPlace = ReadonlyMap<string, readonly string[]>;

export function byPlace(errors: readonly SettingsError[]): ErrorsByPlace {
  const places = new Map<string, string[]>();
  for (const { path, message } of errors) {
    const place = placeInDraft(path);
    places.set(place, [...(places.get(place) ?? []), message]);
  }
  return places;
}

/** Messages at a place, or at something inside it. */
export function within(errors: ErrorsByPlace, place: string): readonly string[] {
  return [...errors].filter(([at]) => at === place || at.startsWith(`${place}/`)).flatMap(([, messages]) => messages);
}
