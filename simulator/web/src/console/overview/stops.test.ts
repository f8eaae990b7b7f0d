import { describe, expect, it } from 'vitest';
import { stopsOf } from './stops.js';

type Status = Parameters<typeof stopsOf>[0];
const SAID = { at: '2026-11-22T10:00:00Z', by: 'anna (token)', note: 'audit' };
const FREE: Status = {
  ledger: { entries: 3, head: 'sha256:0', problem: null },
  problems: [],
  settingsProblem: null,
  work: null,
  latestPlan: {
    id: 'sha256:7dbf',
    madeAt: '2026-11-22T10:00:00Z',
    expiresAt: '2026-11-29T10:00:00Z',
    releases: 91,
    appliedIn: null,
    approved: null,
    isStored: true,
    isOpen: true,
  },
  releases: {
    isEnabled: true,
    isDryRun: false,
    armed: SAID,
    isArmedHere: true,
    paused: null,
    rulesWaiting: null,
    isWindowOpen: true,
    windowOpensAt: null,
    openRun: null,
    protectedByHand: 0,
    gates: [],
  },
};
const withReleases = (releases: Partial<Status['releases']>): Status => ({ ...FREE, releases: { ...FREE.releases, ...releases } });
const kinds = (status: Status) => stopsOf(status).map(({ kind }) => kind);

describe('what holds releases', () => {
  it('is nothing when all is well', () => {
    expect(stopsOf(FREE)).toEqual([]);
  });

  it('is said in the order in which it has to be dealt with', () => {
    const all = { ...withReleases({ isDryRun: true, paused: SAID, isArmedHere: false, armed: null, isWindowOpen: false }), settingsProblem: 'line 3' };
    expect(kinds(all)).toEqual(['settings', 'dry-run', 'paused', 'not-armed', 'outside-window']);
  });

  it('is said once, though the daemon has a gate for it too', () => {
    const gate = (name: 'paused' | 'clock-skew') => ({ gate: name, sentence: 'S.', wayOut: 'W.' });
    expect(kinds(withReleases({ paused: SAID, gates: [gate('paused'), gate('clock-skew')] }))).toEqual(['paused', 'gate']);
  });

  it('leads to the plan that somebody has to look at', () => {
    const [stop] = stopsOf(withReleases({ isArmedHere: false }));
    expect(stop?.title).toBe('Releases are not armed for this server');
    expect(stop?.link?.href).toContain('7dbf');
  });

  it('does not ask to arm for changed rules as long as nobody armed at all', () => {
    expect(kinds(withReleases({ isArmedHere: false, rulesWaiting: 'x' }))).toEqual(['not-armed']);
    expect(kinds(withReleases({ rulesWaiting: 'x' }))).toEqual(['rules-changed']);
  });

  it('is not a run that somebody follows on this page', () => {
    const work = { id: 1, kind: 'apply', subject: '', by: '', startedAt: '', endedAt: null, state: 'running', progress: null, message: null, result: null } as const;
    expect(kinds(withReleases({ openRun: 7 }))).toEqual(['open-run']);
    expect(kinds({ ...withReleases({ openRun: 7 }), work })).toEqual([]);
  });
});
