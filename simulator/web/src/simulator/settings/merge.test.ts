import { describe, expect, it } from 'vitest';
import { mergedSettings } from './merge.js';

const OURS = `Butler:
  qlikSenseLicense:
    licenseRelease:
      licenseType:
        analyzer: {enable: true, releaseThresholdDays: 45}
      neverRelease:
        user:
          - {userDir: "ACME", userId: "007"}
          - {userDir: "ACME", userId: "new"}
        tag: ["no"]
        userDirectory: []
        blocked: "Ignore"
steward:
  policy:
    settings:
      deletedOwner: "release"
  guard:
    minIdleDays: 9
    maxReleases: null
`;

const merged = (present: string) => mergedSettings(present, OURS, 'standard');

describe('settings merged into a file', () => {
  const present = `# Ours since 2019.
Butler:
  configQRS: {host: localhost} # the central node
  qlikSenseLicense:
    licenseRelease:
      enable: true
      licenseType:
        analyzer:
          # Agreed with the works council.
          enable: true
          releaseThresholdDays: 90 # days
      neverRelease:
        user:
          - userDir: ACME
            userId: "007" # James
          - userDir: ACME
            userId: old
        blocked: Ignore
      neverReleaseUsers: []
steward:
  qrs: {jwtFile: token.jwt}
  guard:
    undoGraceDays: 14 # stays
    minIdleDays: 7
`;
  const text = merged(present);

  it('keeps comments and what they do not say', () => {
    for (const part of ['# Ours since 2019.', '# the central node', '# Agreed with', '# James', 'undoGraceDays: 14 # stays', 'token.jwt', 'enable: true']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/releaseThresholdDays: 45 # days/);
    expect(text).toMatch(/blocked: Ignore\n/);
  });

  it('has each section once, and the new values', () => {
    for (const section of ['Butler', 'steward', 'guard', 'neverRelease', 'analyzer']) {
      expect(text.match(new RegExp(`^ *${section}:`, 'gm'))).toHaveLength(1);
    }
    expect(text).toMatch(/minIdleDays: 9/);
    expect(text).toMatch(/maxReleases: null/);
    expect(text).toMatch(/"new"/);
    expect(text).not.toMatch(/userId: old/);
    expect(text).not.toContain('neverReleaseUsers');
  });

  it('is the same when it is done again', () => {
    expect(merged(text)).toBe(text);
  });

  it('writes texts as texts', () => {
    expect(merged('Butler: {qlikSenseLicense: {licenseRelease: {neverRelease: {tag: [no]}}}}')).toMatch(/tag: \[ "no" \]/);
    expect(merged('a: 007\nb: ~\nc: no\n')).toMatch(/^a: 007\nb: ~\nc: no\n/);
  });

  it('takes the place of the policy’s own settings, where the file has them', () => {
    const own = (where: string) => merged(`steward: {policy: {component: x.wasm, ${where}: {graceDays: 3, deletedOwner: keep}}}`);
    expect(own('settings')).toMatch(/settings: \{ deletedOwner: "release" \}/);
    const of = merged('steward: {policy: {settingsOf: {standard: {graceDays: 3}, other: {a: 1}}}}');
    expect(of).toMatch(/settingsOf: \{ standard: \{ deletedOwner: "release" \}, other: \{ a: 1 \} \}/);
    expect(of).not.toMatch(/settings:/);
  });

  it('keeps the line ends of the file, and begins an empty one', () => {
    expect(merged('steward:\r\n  dataDir: x\r\n')).toMatch(/dataDir: x\r\n/);
    expect(merged('')).toMatch(/^Butler:/);
    expect(merged('\uFEFF# only a comment\n')).toContain('minIdleDays: 9');
  });

  it.each([
    ['a: 1\na: 2\n', /no YAML.*unique/],
    ['a: [1\n', /no YAML/],
    ['- a list\n', /no settings file/],
    ['a: 1\n---\nb: 2\n', /several documents/],
    ['base: &b {minIdleDays: 1}\nsteward: {guard: *b}\n', /`steward.guard` is an alias/],
  ])('is refused for %j', (text, why) => {
    expect(() => merged(text)).toThrow(why);
  });
});
