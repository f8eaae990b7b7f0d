import { describe, expect, it } from 'vitest';
import { exampleSnapshot } from './example/snapshot.js';
import { parseDraft } from './draft.js';
import { ownSettings } from './schema.js';
import { decodeShared, encodeShared, sharedValues, withShared, type Shared } from './share.js';
import type { Draft } from '../engine/types.js';

const OWN = ownSettings(
  JSON.stringify({
    type: 'object',
    properties: {
      graceDays: { type: ['integer', 'null'] },
      mode: { enum: ['keep', 'release'] },
      property: { type: ['string', 'null'] },
      roles: { type: 'array', items: { type: 'string' } },
      group: { type: 'object', properties: { isOn: { type: 'boolean' }, owner: { type: 'string' } } },
    },
  }),
);

function draft(): Draft {
  const file = JSON.parse(new TextDecoder().decode(exampleSnapshot(20)));
  return parseDraft(
    JSON.stringify({
      licenseType: file.settings.policy.licenseType,
      guard: { ...file.settings.guard, undoReserveDays: null },
      policy: {
        graceDays: 5,
        mode: 'release',
        property: 'Secret One',
        roles: ['Secret Two'],
        group: { isOn: true, owner: 'Secret Three' },
      },
    }),
  );
}

describe('a share link', () => {
  it('carries numbers, switches and choices, and no text', () => {
    const values = sharedValues(draft(), OWN);
    const written = JSON.stringify(values);
    expect(values).toContainEqual(['/licenseType/analyzer/releaseThresholdDays', 90]);
    expect(values).toContainEqual(['/policy/mode', 'release']);
    expect(values).toContainEqual(['/policy/group/isOn', true]);
    for (const secret of ['Secret', 'INTERNAL', 'sa_', 'RootAdmin', 'License do not', 'ADMIN', 'userDir']) {
      expect(written).not.toContain(secret);
    }
  });

  it('comes back as it was', () => {
    const shared: Shared = {
      a: { name: 'standard', digest: 'sha256:00', values: sharedValues(draft(), OWN) },
      b: { name: 'né', digest: 'sha256:01', values: [] },
      now: 1_700_000_000_000,
      prices: { currency: 'SEK', perMonth: { analyzer: 12.5, professional: null, user: null } },
    };
    expect(decodeShared(encodeShared(shared))).toEqual(shared);
  });

  it('puts values into another draft and leaves the people there', () => {
    const before = draft();
    const { draft: after, left } = withShared(before, [['/licenseType/analyzer/releaseThresholdDays', 7]], OWN);
    expect(after.licenseType.analyzer.releaseThresholdDays).toBe(7);
    expect(after.guard.neverRelease).toEqual(before.guard.neverRelease);
    expect(left).toBe(0);
  });

  it.each([
    ['/guard/neverRelease/user', 'x'],
    ['/guard/aboveCap', 'whatever'],
    ['/licenseType/analyzer/enable', 1],
    ['/policy/roles/0', 'x'],
    ['/policy/property', 'x'],
    ['/__proto__/x', 1],
  ] as const)('does not take %s', (place, value) => {
    const before = draft();
    expect(withShared(before, [[place, value]], OWN)).toEqual({ draft: before, left: 1 });
  });

  it.each(['', '%%%', 'e30', btoa('{"v":2}'), btoa('{"v":1,"a":{"name":1}}'), 'x'.repeat(9_000)])(
    'is refused when it was not made here: %s',
    (text) => {
      expect(decodeShared(text)).toBeUndefined();
    },
  );
});

describe('values of a link', () => {
  const days = (value: number) => withShared(draft(), [['/guard/minIdleDays', value]], OWN).left;

  it('are held to the bounds of the form', () => {
    expect([-1, 0, 3_650, 3_651, 1.5].map(days)).toEqual([1, 0, 0, 1, 1]);
    const percent = (value: number) => withShared(draft(), [['/guard/maxReleaseBasisPoints', value]], OWN).left;
    expect([-1, 0, 10_000, 10_001, 0.5].map(percent)).toEqual([1, 0, 0, 1, 1]);
  });

  it('beside the settings are counted too when they are left out', () => {
    const link = { v: 1, a: { name: 'standard', digest: '', values: [] } };
    const prices = { currency: 'EUR', perMonth: { analyzer: 5, professional: -1, user: null } };
    const shared = decodeShared(btoa(JSON.stringify({ ...link, now: 1e20, prices })));
    expect(shared).toMatchObject({ left: 2, prices: { perMonth: { analyzer: 5, professional: null } } });
    expect(shared?.now).toBeUndefined();
  });
});
