import { describe, expect, it } from 'vitest';
import type { Change, Draft, TypeCounts } from '../engine/types.js';
import { isProtected, withChange, withProtected } from './changes.js';
import { byPlace, parseDraft, within } from './draft.js';
import { kindOf, withoutMark } from './files.js';
import { readUtc, withDates, writeUtc } from './format.js';
import { monthly, saved } from './money.js';
import { EVERY_SEAT, isFiltered, only, seatsBehind, sorted } from './query.js';
import { sweepables } from './sweepable.js';

const DRAFT = parseDraft(
  JSON.stringify({
    licenseType: { analyzer: { enable: true, releaseThresholdDays: 90 } },
    guard: { neverRelease: { user: [{ userDir: 'ACME', userId: 'one' }], tag: ['t'] } },
    policy: { grace: 1 },
  }),
);
const change = (more: Partial<Change>): Change => ({ kind: 'number', what: '', verdict: 'keep', rule: '', gates: [], ...more });
const users = (draft: Draft | undefined) => draft?.guard.neverRelease.user.map(({ userId }) => userId);

describe('a change that would turn a decision', () => {
  it('sets a number', () => {
    const pointer = '/licenseType/analyzer/releaseThresholdDays';
    expect(withChange(DRAFT, change({ pointer, value: '120' }))?.licenseType.analyzer.releaseThresholdDays).toBe(120);
  });

  it('adds an entry, by the list or by its end', () => {
    const entry = { kind: 'protection-added' as const, value: '{"userDir":"ACME","userId":"two"}' };
    for (const pointer of ['/guard/neverRelease/user', '/guard/neverRelease/user/-']) {
      expect(users(withChange(DRAFT, change({ ...entry, pointer })))).toEqual(['one', 'two']);
    }
  });

  it('removes an entry, by the list or by its place', () => {
    const kind = 'protection-removed' as const;
    const value = '{"userDir":"ACME","userId":"one"}';
    expect(users(withChange(DRAFT, change({ kind, pointer: '/guard/neverRelease/user', value })))).toEqual([]);
    expect(users(withChange(DRAFT, change({ kind, pointer: '/guard/neverRelease/user/0', value })))).toEqual([]);
  });

  it('is nothing for time and use', () => {
    expect(withChange(DRAFT, change({ kind: 'used-now' }))).toBeUndefined();
  });

  it('protects a person whatever the case', () => {
    expect(isProtected(withProtected(DRAFT, 'ACME', 'Two'), 'acme', 'tWO')).toBe(true);
    expect(isProtected(DRAFT, 'ACME', 'two')).toBe(false);
  });
});

describe('errors of a policy', () => {
  const errors = byPlace([
    { path: '/licenseType/analyzer/releaseThresholdDays', message: 'a' },
    { path: '/neverRelease/user/0', message: 'b' },
    { path: '/own/~1', message: 'c' },
    { path: '', message: 'd' },
  ]);

  it('stand at their place in the draft', () => {
    expect([...errors.keys()]).toEqual([
      '/licenseType/analyzer/releaseThresholdDays',
      '/guard/neverRelease/user/0',
      '/policy/own/~1',
      '/policy',
    ]);
  });

  it('are counted with what is inside', () => {
    expect(within(errors, '/policy')).toEqual(['c', 'd']);
    expect(within(errors, '/guard/never')).toEqual([]);
  });
});

describe('a query', () => {
  it('leads to the seats behind a number and keeps the order', () => {
    const query = { ...EVERY_SEAT, text: 'doe', sort: 'name' as const, descending: true };
    expect(seatsBehind(query, { standings: ['held'] })).toEqual({ ...EVERY_SEAT, standings: ['held'], sort: 'name', descending: true });
  });

  it('knows whether it lets every seat through', () => {
    expect(isFiltered(EVERY_SEAT)).toBe(false);
    expect(isFiltered({ ...EVERY_SEAT, gates: ['cap'] })).toBe(true);
    expect(isFiltered(sorted(EVERY_SEAT, 'name'))).toBe(false);
    expect(only('')).toEqual([]);
  });

  it('turns round on the second click', () => {
    expect(sorted(sorted(EVERY_SEAT, 'name'), 'name')).toMatchObject({ sort: 'name', descending: true });
    expect(sorted(EVERY_SEAT, 'idle-days').descending).toBe(true);
  });
});

describe('what seats cost', () => {
  const counts = (licenseType: TypeCounts['licenseType'], released: number): TypeCounts => ({
    licenseType, seats: 9, kept: 0, released, held: 0, guarded: 0, later: 0,
  });

  it('is a price times seats, of types with a price', () => {
    const prices = { analyzer: 10, professional: null, user: null };
    expect(monthly('analyzer', 3, prices)).toBe(30);
    expect(saved([counts('analyzer', 3), counts('professional', 4)], prices)).toBe(30);
    expect(saved([counts('professional', 4)], prices)).toBeUndefined();
  });
});

describe('what can be swept', () => {
  const threshold = (licenseType: 'analyzer' | 'professional', value: number) => ({
    pointer: `/licenseType/${licenseType}/releaseThresholdDays`, value, minimum: 1, maximum: 1_000_000, licenseType, summary: '',
  });

  it('begins with all thresholds together', () => {
    const [all, one] = sweepables([threshold('analyzer', 90), threshold('professional', 90)]);
    expect(all).toMatchObject({ value: 90, unit: 'days' });
    expect(all?.pointers).toHaveLength(2);
    expect(all?.values).toHaveLength(365);
    expect(one?.label).toBe('Release threshold days, Analyzer');
  });

  it('has no value of thresholds that differ', () => {
    expect(sweepables([threshold('analyzer', 90), threshold('professional', 60)])[0]?.value).toBeUndefined();
  });

  it('does not try every hundredth of a per cent', () => {
    const [points] = sweepables([{ pointer: '/guard/maxReleaseBasisPoints', minimum: 0, maximum: 10_000, summary: '' }]);
    expect(points).toMatchObject({ unit: 'percent' });
    expect(points?.values.length).toBeLessThanOrEqual(366);
  });
});

describe('a file', () => {
  it('is known by what is in it', () => {
    expect(kindOf(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1))).toBe('policy');
    expect(kindOf(new TextEncoder().encode('\uFEFF \n{"format":1}'))).toBe('snapshot');
    expect(kindOf(new TextEncoder().encode('name,seat'))).toBe('unknown');
    expect(kindOf(new Uint8Array())).toBe('unknown');
    expect([Uint8Array.of(0xff, 0xfe, 0x7b, 0), Uint8Array.of(0xfe, 0xff, 0, 0x7b)].map(kindOf)).toEqual(['utf-16', 'utf-16']);
  });

  it('loses its byte order mark, and nothing else', () => {
    expect(withoutMark(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b))).toEqual(Uint8Array.of(0x7b));
    expect(withoutMark(Uint8Array.of(0x7b, 0xef))).toEqual(Uint8Array.of(0x7b, 0xef));
  });
});

describe('a sentence of the guard', () => {
  it('has dates that people read, and values as they are', () => {
    expect(withDates('until 2027-01-19T06:00:00Z: `2027-01-19T06:00:00Z`')).toBe('until 19 Jan 2027, 06:00 UTC: `2027-01-19T06:00:00Z`');
  });
});

describe('the time of the run', () => {
  it('is UTC, whatever the browser’s zone', () => {
    expect(readUtc('2026-11-20T06:00')).toBe(Date.UTC(2026, 10, 20, 6));
    expect(writeUtc(Date.UTC(2026, 10, 20, 6))).toBe('2026-11-20T06:00');
    for (const text of ['2026-11', '', '0001-01-01T00:00', '2026-02-30T25:00']) expect(readUtc(text)).toBeUndefined();
  });
});
