// Which seats an apply would begin with, as the daemon chooses them, so that a confirmation can name everybody.

import type { Schemas } from '../../api/client.js';
import { TYPE_NAMES, seats, type LicenseType } from '../../parts/format.js';

export type DecisionRow = Schemas['DecisionRow'];

export interface Choice {
  /** Only so many, longest idle first; null for all. */
  readonly first: number | null;
  /** Also what the cap holds. */
  readonly aboveCap: boolean;
}

/**
 * `released` are the releases of the plan, `capped` the seats that its cap holds, both in the order of the plan. Whoever
 * asks for the first few chooses from both, and the cap counts again when they are applied.
 */
export function chosen(released: readonly DecisionRow[], capped: readonly DecisionRow[], { first, aboveCap }: Choice): readonly DecisionRow[] {
  const all = aboveCap || first !== null ? [...released, ...capped] : [...released];
  return first === null ? all : all.sort(longestIdleFirst).slice(0, first);
}

function longestIdleFirst(one: DecisionRow, other: DecisionRow): number {
  return idleSince(one) - idleSince(other);
}

/** A seat that was never used lies idle since it was allocated. */
function idleSince({ decision: { lastUsed, allocatedAt } }: DecisionRow): number {
  const at = Date.parse(lastUsed === 'never' || lastUsed === 'unknown' ? (allocatedAt ?? '') : lastUsed);
  return Number.isNaN(at) ? Infinity : at;
}

/** Such as `73 Analyzer seats and 18 Professional seats`. */
export function byType(rows: readonly { readonly decision: { readonly licenseType: LicenseType } }[]): string {
  const counts = new Map<LicenseType, number>();
  for (const { decision } of rows) counts.set(decision.licenseType, (counts.get(decision.licenseType) ?? 0) + 1);
  const words = [...counts].map(([type, count]) => `${seats(count).replace(' ', ` ${TYPE_NAMES[type]} `)}`);
  if (words.length < 2) return words[0] ?? 'no seat';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
