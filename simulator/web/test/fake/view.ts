// The fake's answer about all seats.

import type {
  Columns,
  Comparison,
  DiffGroup,
  Draft,
  Explanation,
  Pool,
  Query,
  Row,
  RuleCount,
  Standing,
  TypeDiff,
  View,
  ViewResult,
} from '../../src/engine/types.js';
import type { FakeJudgement, FakeSession } from './session.js';

const STANDINGS: readonly Standing[] = ['kept', 'released', 'held', 'guarded', 'later'];
const TYPES = ['analyzer', 'professional', 'user'] as const;
const DIFFERENCES = ['newly-loses', 'newly-keeps', 'other-rule'] as const;

const GATES: Record<string, [string, string]> = {
  cap: [
    'More seats would go within 24 hours than the cap allows.',
    'Look at the plan; then release a part with `steward apply PLAN --first N`, or raise `steward.guard.maxReleasePercent`.',
  ],
  'protected-role': [
    'An administrator without a seat may not reach the management console.',
    'Take the role from the user in the QMC, or change `steward.guard.protectRoles`.',
  ],
};

export class FakeView implements View {
  readonly draft: string;
  readonly now: number;
  readonly result: ViewResult;
  readonly columns: Columns;
  readonly #session: FakeSession;
  readonly #settings: Draft;
  readonly #judged: readonly FakeJudgement[];

  constructor(session: FakeSession, settings: Draft, draft: string, now: number, judged: readonly FakeJudgement[]) {
    this.#session = session;
    this.#settings = settings;
    this.#judged = judged;
    this.draft = draft;
    this.now = now;
    const ruleNames = session.policy.description.rules.map(({ id }) => id);
    const gateNames = Object.keys(GATES);
    const types = session.count(judged);
    const released = (pool: Pool) => types.find((one) => one.licenseType === pool.licenseType)?.released ?? 0;
    this.result = {
      types,
      rules: this.#rules(),
      poolsBefore: session.pools,
      poolsAfter: session.pools.map((pool) => ({
        ...pool,
        allocated: pool.allocated - released(pool),
        available: pool.available + released(pool),
      })),
      holds: types.flatMap(({ licenseType, held }) =>
        held > 0
          ? [{ scope: 'license-type' as const, licenseType, gate: 'cap', sentence: GATES['cap']?.[0] ?? '', wayOut: GATES['cap']?.[1] ?? '', detail: `the cap is 5 % of the ${licenseType} seats`, seats: held }]
          : [],
      ).concat(
        judged.some(({ gate }) => gate === 'protected-role')
          ? [{ scope: 'seat' as never, gate: 'protected-role', licenseType: 'analyzer', sentence: GATES['protected-role']?.[0] ?? '', wayOut: GATES['protected-role']?.[1] ?? '', detail: 'the owner has the role `RootAdmin`', seats: judged.filter(({ gate }) => gate === 'protected-role').length }]
          : [],
      ),
      ruleNames,
      gateNames,
      notes: [],
    };
    this.columns = {
      licenseTypes: Uint8Array.from(session.seats, ({ licenseType }) => TYPES.indexOf(licenseType)),
      standings: Uint8Array.from(judged, ({ standing }) => STANDINGS.indexOf(standing)),
      rules: Uint8Array.from(judged, ({ rule }) => ruleNames.indexOf(rule)),
      gates: Uint8Array.from(judged, ({ gate }) => (gate ? gateNames.indexOf(gate) : 255)),
      idleDays: Int32Array.from(judged, ({ idleDays }) => idleDays),
      flipsAt: Float64Array.from(judged, ({ flipsAt }) => flipsAt),
    };
  }

  #rules(): RuleCount[] {
    const counts = new Map<string, RuleCount>();
    this.#judged.forEach(({ rule, standing }, place) => {
      const licenseType = this.#session.seats[place]?.licenseType ?? 'analyzer';
      const verdict = standing === 'kept' ? 'keep' : 'release';
      const key = `${rule} ${licenseType}`;
      counts.set(key, { rule, licenseType, verdict, seats: (counts.get(key)?.seats ?? 0) + 1 });
    });
    return [...counts.values()];
  }

  #row(place: number): Row {
    const seat = this.#session.seats[place];
    const judged = this.#judged[place];
    if (!seat || !judged) throw new Error(`no seat ${place}`);
    const owner = seat.holder.user ?? seat.holder.deleted;
    return {
      place,
      licenseType: seat.licenseType,
      licenseId: seat.id,
      userDirectory: owner?.userDirectory ?? '',
      userId: owner?.userId ?? '',
      ...(seat.user ? { name: seat.user.name } : {}),
      ...(seat.allocatedAt ? { allocatedAt: Date.parse(seat.allocatedAt) } : {}),
      lastUsed: seat.lastUsed,
      ...(judged.idleDays < 0 ? {} : { idleDays: judged.idleDays }),
      verdict: judged.standing === 'kept' ? 'keep' : 'release',
      rule: judged.rule,
      reason: judged.standing === 'kept' ? `kept by ${judged.rule}` : `not used for ${judged.idleDays} days`,
      ...(Number.isNaN(judged.flipsAt) ? {} : { flipsAt: judged.flipsAt }),
      standing: judged.standing,
      holds: judged.gate
        ? [{ gate: judged.gate, scope: judged.gate === 'cap' ? 'license-type' : 'seat', detail: 'the cap is 5 %' }]
        : [],
    };
  }

  order(query: Query): Promise<Uint32Array> {
    const text = query.text.toLowerCase();
    const places = this.#judged.flatMap((judged, place) => {
      const row = this.#row(place);
      const wanted =
        (query.licenseTypes.length === 0 || query.licenseTypes.includes(row.licenseType)) &&
        (query.standings.length === 0 || query.standings.includes(judged.standing)) &&
        (query.rules.length === 0 || query.rules.includes(judged.rule)) &&
        (query.gates.length === 0 || (judged.gate !== undefined && query.gates.includes(judged.gate))) &&
        (text === '' || `${row.userDirectory}\\${row.userId} ${row.name ?? ''} ${row.licenseId}`.toLowerCase().includes(text));
      return wanted ? [place] : [];
    });
    const key = (place: number): string | number => {
      const row = this.#row(place);
      return { place, account: row.userId, name: row.name ?? '', 'idle-days': row.idleDays ?? -1, rule: row.rule, standing: row.standing, 'flips-at': row.flipsAt ?? Infinity }[query.sort];
    };
    if (query.sort !== 'place') places.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b));
    if (query.descending) places.reverse();
    return Promise.resolve(Uint32Array.from(places));
  }

  rows(places: Uint32Array | readonly number[]): Promise<readonly Row[]> {
    return Promise.resolve(Array.from(places, (place) => this.#row(place)));
  }

  explain(place: number): Promise<Explanation> {
    const row = this.#row(place);
    const user = this.#session.seats[place]?.user;
    const threshold = this.#settings.licenseType[row.licenseType].releaseThresholdDays;
    return Promise.resolve({
      row,
      ...(user ? { person: user } : {}),
      otherPlaces: new Uint32Array(),
      rules: this.#session.policy.description.rules.map(({ id }) => ({
        rule: id,
        outcome: id === row.rule ? (row.verdict === 'keep' ? 'keeps' : 'releases') : 'passes',
        evidence: id === row.rule ? row.reason : 'has nothing to say about this seat',
      })),
      ...(row.verdict === 'keep' ? { onlyKeeper: row.rule } : {}),
      holds: this.result.holds.filter(({ gate }) => row.holds.some((one) => one.gate === gate)),
      changes: [
        ...(row.flipsAt ? [{ kind: 'time' as const, what: 'time passes and nobody uses the seat', at: row.flipsAt, verdict: 'release' as const, rule: 'idle', gates: [] }] : []),
        {
          kind: 'number' as const,
          what: `a threshold of ${(row.idleDays ?? 0) + 1} days instead of ${threshold}`,
          pointer: `/licenseType/${row.licenseType}/releaseThresholdDays`,
          value: String((row.idleDays ?? 0) + 1),
          verdict: 'keep' as const,
          rule: 'recently-used',
          gates: [],
        },
        {
          kind: 'protection-added' as const,
          what: 'the person stands in neverRelease.user',
          pointer: '/guard/neverRelease/user/-',
          value: JSON.stringify({ userDir: row.userDirectory, userId: row.userId }),
          verdict: 'keep' as const,
          rule: 'never-release.user',
          gates: [],
        },
        { kind: 'used-now' as const, what: 'the person uses the seat right now', verdict: 'keep' as const, rule: 'recently-used', gates: [] },
      ],
    });
  }

  testCase(place: number): Promise<string> {
    return Promise.resolve(`name: seat ${place}\n`);
  }

  compare(before: View): Promise<Comparison> {
    const old = (before as FakeView).#judged;
    const groups: DiffGroup[] = [];
    const found: { place: number; difference: number; group: number }[] = [];
    this.#judged.forEach((judged, place) => {
      const was = old[place];
      const licenseType = this.#session.seats[place]?.licenseType ?? 'analyzer';
      if (!was) return;
      const goes = (one: FakeJudgement) => one.standing === 'released' || one.standing === 'held';
      const difference = goes(judged) !== goes(was) ? (goes(judged) ? 0 : 1) : judged.rule === was.rule ? -1 : 2;
      if (difference < 0) return;
      const kind = DIFFERENCES.at(difference) ?? 'other-rule';
      let group = groups.findIndex((one) => one.difference === kind && one.licenseType === licenseType && one.ruleBefore === was.rule && one.ruleAfter === judged.rule);
      if (group < 0) group = groups.push({ difference: kind, licenseType, ruleBefore: was.rule, ruleAfter: judged.rule, seats: 0 }) - 1;
      const one = groups[group];
      if (one) one.seats += 1;
      found.push({ place, difference, group });
    });
    found.sort((a, b) => a.difference - b.difference || a.place - b.place);
    const types = this.result.types.map((after): TypeDiff => {
      const was = before.result.types.find(({ licenseType }) => licenseType === after.licenseType);
      const of = (difference: string) =>
        groups.filter((one) => one.licenseType === after.licenseType && one.difference === difference).reduce((sum, one) => sum + one.seats, 0);
      return { licenseType: after.licenseType, seats: after.seats, goBefore: (was?.released ?? 0) + (was?.held ?? 0), goAfter: after.released + after.held, newlyLose: of('newly-loses'), newlyKeep: of('newly-keeps'), otherRule: of('other-rule') };
    });
    return Promise.resolve({
      types,
      groups,
      places: Uint32Array.from(found, ({ place }) => place),
      differences: Uint8Array.from(found, ({ difference }) => difference),
      groupOf: Uint32Array.from(found, ({ group }) => group),
    });
  }
}
