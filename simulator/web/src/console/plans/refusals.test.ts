import { describe, expect, it } from 'vitest';
import { refusalOf, wantsArming } from './refusals.js';

type Plan = Parameters<typeof refusalOf>[0];
type Releases = Parameters<typeof refusalOf>[1];

const RECORD = { id: 'sha256:1', madeAt: '', expiresAt: '', releases: 9, appliedIn: null, approved: null, isStored: true, isOpen: true };
const PLAN: Plan = { applicable: true, held: [], recordOf: null, record: RECORD };
const FREE: Releases = { isArmedHere: true, isDryRun: false, isEnabled: true, isWindowOpen: true, paused: null, rulesWaiting: null };
const HELD: Plan['held'][number] = { scope: 'run', gate: 'rules-changed', detail: '', licenseType: null, seats: 9, sentence: '', wayOut: 'Arm with it.' };

describe('an apply', () => {
  it('is free when nothing speaks against it', () => {
    expect(refusalOf(PLAN, FREE, 9)).toBeUndefined();
  });

  it.each<[Partial<Plan>, Partial<Releases>, RegExp]>([
    [{ record: { ...RECORD, appliedIn: 3, isOpen: false } }, {}, /run 3/],
    [{ recordOf: 'sha256:2' }, {}, /record/],
    [{ applicable: false }, {}, /another time/],
    [{ record: { ...RECORD, isOpen: false } }, {}, /expired/],
    [{ held: [HELD] }, {}, /rules-changed.*Arm with it/],
    [{}, { isDryRun: true }, /dry run/],
    [{}, { paused: { at: '', by: 'anna', note: null } }, /paused by anna/],
    [{}, { isArmedHere: false }, /Arm with this plan/],
    [{}, { isWindowOpen: false }, /window/],
  ])('is refused: %j %j', (plan, releases, reason) => {
    expect(refusalOf({ ...PLAN, ...plan }, { ...FREE, ...releases }, 9)).toMatch(reason);
  });

  it('of nothing is refused', () => expect(refusalOf(PLAN, FREE, 0)).toMatch(/nothing/));
});

describe('arming', () => {
  it('is asked for while releases wait for it', () => {
    expect(wantsArming(PLAN, FREE)).toBe(false);
    expect(wantsArming(PLAN, { ...FREE, isArmedHere: false })).toBe(true);
    expect(wantsArming({ ...PLAN, held: [HELD] }, FREE)).toBe(true);
    expect(wantsArming({ ...PLAN, applicable: false }, { ...FREE, isArmedHere: false })).toBe(false);
  });
});
