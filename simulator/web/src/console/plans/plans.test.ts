import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../api/client.js';
import type { LicenseType } from '../../parts/format.js';
import { byType, chosen, type DecisionRow } from './choice.js';
import { stateOf } from './state.js';
import { poolsAfter, seatGates, standingOf, tally } from './tally.js';

const rule = (licenseType: LicenseType, verdict: Schemas['Verdict'], seats: number, released = 0) => ({ licenseType, verdict, rule: 'r', seats, released });
const SUMMARY = { releases: 91, rules: [rule('analyzer', 'release', 135, 73), rule('professional', 'release', 26, 18), rule('analyzer', 'keep', 1_679)] };

describe('the counts of a plan', () => {
  it('are sums of what its rules decided', () => {
    expect(tally(SUMMARY)).toEqual({
      kept: 1_679,
      held: 70,
      releasedByType: [
        { licenseType: 'analyzer', seats: 73 },
        { licenseType: 'professional', seats: 18 },
      ],
    });
  });

  it('say what becomes of the pools, those above the total first', () => {
    const pool = { licenseType: 'professional' as const, total: 390, allocated: 376, available: 14, quarantined: 0, excess: 1 };
    expect(poolsAfter([pool], tally(SUMMARY))).toEqual([{ ...pool, allocated: 358, available: 31, excess: 0 }]);
  });
});

describe('what becomes of a seat', () => {
  const gates = seatGates([
    { gate: 'protected', scope: 'seat' },
    { gate: 'cap', scope: 'type' },
  ]);
  it.each([
    ['released', 'release', true, []],
    ['kept', 'keep', false, ['cap']],
    ['later', 'release', false, []],
    ['held', 'release', false, ['cap']],
    ['guarded', 'release', false, ['cap', 'protected']],
  ] as const)('is %s', (standing, verdict, released, of) => {
    expect(standingOf({ decision: { verdict }, released, gates: of }, gates)).toBe(standing);
  });
});

describe('the seats that an apply begins with', () => {
  const row = (licenseId: string, licenseType: LicenseType, lastUsed: string, allocatedAt: string | null = null): DecisionRow => ({
    released: true,
    gates: [],
    decision: { licenseId, licenseType, lastUsed, allocatedAt, userDirectory: 'A', userId: licenseId, name: null, flipsAt: null, idleDays: 1, reason: '', rule: 'idle', verdict: 'release' },
  });
  const released = [row('a', 'analyzer', '2026-03-01T00:00:00Z'), row('b', 'professional', '2026-01-01T00:00:00Z')];
  const capped = [row('c', 'analyzer', 'never', '2026-02-01T00:00:00Z')];
  const ids = (first: number | null, aboveCap: boolean) => chosen(released, capped, { first, aboveCap }).map(({ decision }) => decision.licenseId);

  it('are the releases of the plan', () => expect(ids(null, false)).toEqual(['a', 'b']));
  it('are all that the policy takes when the cap is lifted', () => expect(ids(null, true)).toEqual(['a', 'b', 'c']));
  it('are the longest idle ones of both when only a few are wanted', () => {
    expect(ids(2, false)).toEqual(['b', 'c']);
    expect(ids(9, true)).toEqual(['b', 'c', 'a']);
  });

  it('are counted by licence type', () => {
    expect(byType(released)).toBe('1 Analyzer seat and 1 Professional seat');
    expect(byType([...capped, ...capped])).toBe('2 Analyzer seats');
    expect(byType([])).toBe('no seat');
  });
});

describe('a plan', () => {
  it.each([
    [{ appliedIn: 6, isOpen: false, isStored: true }, 'applied in run 6'],
    [{ appliedIn: null, isOpen: true, isStored: true }, 'open'],
    [{ appliedIn: null, isOpen: false, isStored: true }, 'expired'],
    [{ appliedIn: null, isOpen: false, isStored: false }, 'not kept'],
  ])('%j is %s', (line, word) => {
    expect(stateOf(line).word).toBe(word);
  });
});
