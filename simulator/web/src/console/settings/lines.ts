// Settings as lines that people read. What a policy has is its own, so its members keep their names.

import type { Schemas } from '../../api/client.js';
import { days, number, seats } from '../../parts/format.js';
import { humanised } from '../../parts/text.js';

export interface Line {
  readonly name: string;
  /** One text, or a list of them. */
  readonly value: string | readonly string[];
}

/** Longer ones are in the JSON below. */
const DEPTH_MAX = 4;

export function runLines({ isEnabled, isDryRun, maxNewReleases, cleanShadowRuns }: Schemas['Settings']): readonly Line[] {
  return [
    { name: 'Releases', value: isEnabled ? 'on' : 'switched off' },
    { name: 'Dry run', value: isDryRun ? 'yes: nothing goes' : 'no: seats go' },
    { name: 'Changed rules may newly take', value: `${seats(maxNewReleases)} before somebody has to arm` },
    { name: 'A policy decides after', value: cleanShadowRuns === 0 ? 'no comparison in the shadow' : `${number(cleanShadowRuns)} clean comparisons in the shadow` },
  ];
}

export function guardLines(guard: Schemas['GuardSettings']): readonly Line[] {
  const { neverRelease } = guard;
  const most = guard.maxReleases === null ? '' : `, and at most ${seats(guard.maxReleases)}`;
  return [
    { name: 'Idle for at least', value: days(guard.minIdleDays) },
    { name: 'Within 24 hours at most', value: `${guard.maxReleaseBasisPoints / 100} % of a type${most}` },
    { name: 'Above that cap', value: guard.aboveCap === 'hold' ? 'the whole type is held' : 'the longest idle seats go first' },
    { name: 'Kept free for an undo', value: guard.undoReserveDays === null ? 'nothing' : `what went within ${days(guard.undoReserveDays)}` },
    { name: 'Notice before a release', value: guard.noticeDays === undefined || guard.noticeDays === null ? 'none' : days(guard.noticeDays) },
    { name: 'A plan may be applied for', value: days(guard.planTtlDays) },
    { name: 'A plan is made of a reading of at most', value: `${number(guard.maxInventoryAgeMinutes)} minutes` },
    { name: 'Roles that keep their seats', value: guard.protectRoles },
    { name: 'Own account', value: guard.ownAccount ? `${guard.ownAccount.userDir}\\${guard.ownAccount.userId}` : 'not known' },
    { name: 'Never: people', value: neverRelease.user.map(({ userDir, userId }) => `${userDir}\\${userId}`) },
    { name: 'Never: tags', value: neverRelease.tag },
    { name: 'Never: properties', value: neverRelease.customProperty.map(({ name, value }) => `${name} = ${value}`) },
    { name: 'Never: directories', value: neverRelease.userDirectory },
    { name: 'Never: flags', value: flags(neverRelease) },
  ];
}

function flags(of: Schemas['NeverRelease']): readonly string[] {
  const names = ['inactive', 'blocked', 'removedExternally'] as const;
  return names.filter((name) => of[name] !== 'ignore').map((name) => `${humanised(name)}: ${of[name]}`);
}

/** The members of a value with their path, each on a line; lists of texts stay together. */
export function policyLines(value: unknown): readonly Line[] {
  return lines(value, [], 0);
}

function lines(value: unknown, path: readonly string[], depth: number): readonly Line[] {
  const name = path.map(humanised).join(' · ');
  if (Array.isArray(value)) return [{ name, value: value.map(asText) }];
  if (typeof value !== 'object' || value === null || depth >= DEPTH_MAX) return [{ name, value: asText(value) }];
  return Object.entries(value).flatMap(([key, member]) => lines(member, [...path, key], depth + 1));
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object' && value !== null) {
    const { userDir, userId, name, value: of } = value as Readonly<Record<string, unknown>>;
    if (typeof userDir === 'string' && typeof userId === 'string') return `${userDir}\\${userId}`;
    if (typeof name === 'string' && typeof of === 'string') return `${name} = ${of}`;
  }
  return JSON.stringify(value) ?? '';
}
