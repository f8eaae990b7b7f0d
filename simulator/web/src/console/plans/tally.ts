// Sums of what a plan counted.

import type { Schemas } from '../../api/client.js';
import type { LicenseType } from '../../parts/format.js';
import type { Standing } from '../../parts/standings.js';

type Pool = Schemas['PlannedPool'];
type Summary = Pick<Schemas['PlanSummary'], 'rules' | 'releases'>;

export interface Tally {
  readonly kept: number;
  /** The policy would take them, and the plan does not. */
  readonly held: number;
  readonly releasedByType: readonly { readonly licenseType: LicenseType; readonly seats: number }[];
}

export function tally({ rules, releases }: Summary): Tally {
  const seatsOf = (verdict: Schemas['Verdict']) => rules.reduce((sum, rule) => sum + (rule.verdict === verdict ? rule.seats : 0), 0);
  const byType = new Map<LicenseType, number>();
  for (const { licenseType, released } of rules) {
    if (released > 0) byType.set(licenseType, (byType.get(licenseType) ?? 0) + released);
  }
  return {
    kept: seatsOf('keep'),
    held: seatsOf('release') - releases,
    releasedByType: [...byType].map(([licenseType, seats]) => ({ licenseType, seats })),
  };
}

/** The pools when every release has become a free seat. Seats above the total go first, and give nothing free. */
export function poolsAfter(pools: readonly Pool[], { releasedByType }: Tally): Pool[] {
  return pools.map((pool) => {
    const gone = releasedByType.find(({ licenseType }) => licenseType === pool.licenseType)?.seats ?? 0;
    const ofExcess = Math.min(pool.excess, gone);
    return { ...pool, allocated: pool.allocated - gone, excess: pool.excess - ofExcess, available: pool.available + gone - ofExcess };
  });
}

/** Gates that hold single seats, by the plan. */
export function seatGates(held: readonly Pick<Schemas['HeldByGate'], 'gate' | 'scope'>[]): ReadonlySet<string> {
  return new Set(held.filter(({ scope }) => scope === 'seat').map(({ gate }) => gate));
}

interface Judged {
  readonly decision: Pick<Schemas['PlannedDecision'], 'verdict'>;
  readonly released: boolean;
  readonly gates: readonly string[];
}

export function standingOf({ decision, released, gates }: Judged, ofSeats: ReadonlySet<string>): Standing {
  if (released) return 'released';
  if (decision.verdict === 'keep') return 'kept';
  if (gates.length === 0) return 'later';
  return gates.some((gate) => ofSeats.has(gate)) ? 'guarded' : 'held';
}
