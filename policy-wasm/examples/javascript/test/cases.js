/**
 * Seats and what becomes of them. The same cases are put to the module and to the component.
 */

export const DAY = 86_400_000n;

/** 2027-01-15T08:00:00Z */
export const NOW = 1_800_000_000_000n;

export const RUN = { now: NOW, pools: [] };

export const SETTINGS = {
  idleDays: { analyzer: 30, professional: 90 },
  neverUsedDays: 14,
  keepTags: ['Keep licence', 'Straße'],
  keepProperties: [
    { name: 'Licence', value: 'keep' },
    { name: 'Licence', value: 'always' },
  ],
  keepUntilProperty: 'KeepUntil',
};

/** An analyzer seat that would be released, but for the given members. */
export function seat(members = {}) {
  return {
    licenseId: '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    licenseType: 'analyzer',
    allocatedAt: NOW - 400n * DAY,
    lastUse: { tag: 'at', val: NOW - 31n * DAY },
    quarantined: false,
    excess: false,
    owner: person(),
    otherSeats: [],
    rank: 1,
    ...members,
  };
}

/** A person whom nothing protects, but for the given members. */
export function person(members = {}) {
  const val = {
    userDirectory: 'ACME',
    userId: 'u00042',
    inactive: false,
    blocked: false,
    removedExternally: false,
    tags: ['Finance'],
    customProperties: [{ name: 'Region', value: 'North' }],
    roles: [],
    attributes: [],
    displayName: undefined,
    ...members,
  };
  return { tag: 'known', val };
}

const withProperties = (...pairs) => person({ customProperties: pairs.map(([name, value]) => ({ name, value })) });
const usedBefore = (ms) => ({ lastUse: { tag: 'at', val: NOW - ms } });
const neverUsed = (allocatedAt) => ({ lastUse: { tag: 'never' }, allocatedAt });
/** Over everywhere on Earth at noon of the next day, UTC. */
const noon = (day) => BigInt(Date.parse(`${day}T12:00:00Z`));

/** Each with the rule that decides; the verdict is keep unless it is said otherwise. */
export const CASES = [
  ['an idle seat goes', seat(), { verdict: 'release', rule: 'idle' }],
  ['a seat goes when its days are just over', seat(usedBefore(30n * DAY)), { verdict: 'release', rule: 'idle' }],
  [
    'a seat stays for the last millisecond of its days',
    seat(usedBefore(30n * DAY - 1n)),
    { rule: 'recently-used', flipsAt: NOW + 1n },
  ],
  [
    'each type has days of its own',
    seat({ licenseType: 'professional' }),
    { rule: 'recently-used', flipsAt: NOW + 59n * DAY },
  ],
  ['a use in the future is a recent one', seat(usedBefore(-DAY)), { rule: 'recently-used', flipsAt: NOW + 31n * DAY }],
  ['a use at the end of time keeps for good', seat(usedBefore(NOW - 2n ** 63n + 1n)), { rule: 'recently-used' }],
  [
    'a use at the beginning of time is long ago',
    seat({ lastUse: { tag: 'at', val: -(2n ** 63n) } }),
    { verdict: 'release', rule: 'idle' },
  ],
  ['a type without idle days is left alone', seat({ licenseType: 'user' }), { rule: 'license-type-disabled' }],
  ['a quarantined seat stays', seat({ quarantined: true }), { rule: 'quarantined' }],
  [
    'the seat of a deleted owner stays',
    seat({ owner: { tag: 'deleted', val: { userDirectory: 'ACME', userId: 'u1' } } }),
    { rule: 'owner-unknown' },
  ],
  ['the seat of an unresolved owner stays', seat({ owner: { tag: 'unresolved' } }), { rule: 'owner-unknown' }],
  ['an unknown last use keeps', seat({ lastUse: { tag: 'unknown' } }), { rule: 'unknown-last-use' }],
  ['never used since nobody knows when keeps', seat(neverUsed(undefined)), { rule: 'unknown-last-use' }],
  [
    'a seat that was never used has its grace',
    seat(neverUsed(NOW - 13n * DAY)),
    { rule: 'never-used-grace', flipsAt: NOW + DAY },
  ],
  [
    'a seat that was never used goes after its grace',
    seat(neverUsed(NOW - 14n * DAY)),
    { verdict: 'release', rule: 'never-used' },
  ],
  ['a tag protects', seat({ owner: person({ tags: ['x', 'Keep licence'] }) }), { rule: 'keep-tag' }],
  ['a near miss of a tag protects', seat({ owner: person({ tags: [' KEEP LICENCE '] }) }), { rule: 'keep-tag' }],
  ['case does not matter beyond ASCII', seat({ owner: person({ tags: ['STRASSE'] }) }), { rule: 'keep-tag' }],
  ['a custom property protects', seat({ owner: withProperties(['licence', 'Keep']) }), { rule: 'keep-property' }],
  ['any listed value protects', seat({ owner: withProperties(['Licence', 'always']) }), { rule: 'keep-property' }],
  [
    'another value does not protect',
    seat({ owner: withProperties(['Licence', 'no']) }),
    { verdict: 'release', rule: 'idle' },
  ],
  [
    'a protected seat that was used just now has no flip date',
    seat({ ...usedBefore(0n), owner: person({ tags: ['Keep licence'] }) }),
    { rule: 'keep-tag' },
  ],
  [
    'a date keeps until it is over everywhere',
    seat({ owner: withProperties(['KeepUntil', '2027-01-14']) }),
    { rule: 'keep-until', flipsAt: noon('2027-01-15') },
  ],
  [
    'a date that is over does not keep',
    seat({ owner: withProperties(['KeepUntil', '2027-01-13']) }),
    { verdict: 'release', rule: 'idle' },
  ],
  [
    'the latest of several dates counts',
    seat({ owner: withProperties(['keepuntil', ' 2028-02-29 '], ['KeepUntil', '2026-01-01']) }),
    { rule: 'keep-until', flipsAt: noon('2028-03-01') },
  ],
  [
    'what keeps longest says when the verdict flips',
    seat({ ...usedBefore(0n), owner: withProperties(['KeepUntil', '2027-01-20']) }),
    { rule: 'keep-until', flipsAt: NOW + 30n * DAY },
  ],
  [
    'the last day of the calendar keeps for good',
    seat({ owner: withProperties(['KeepUntil', '9999-12-31']) }),
    { rule: 'keep-until' },
  ],
  ...['2027-02-30', '31.03.2027', '0099-01-01', '', 'until further notice'].map((written) => [
    `a date that is none keeps for good: "${written}"`,
    seat({ owner: withProperties(['KeepUntil', '2026-01-01'], ['KeepUntil', written]) }),
    { rule: 'keep-until' },
  ]),
];
