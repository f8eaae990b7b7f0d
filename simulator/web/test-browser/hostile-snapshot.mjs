// A small snapshot whose people have names that try to be something else.

export const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '"><svg onload=alert(1)>',
  '\u202Etxt.exe\u202D',
  '\u2067مرحبا\u2069 \u202B abc',
  'x'.repeat(10_000),
  `${'é\u0301'.repeat(2_000)}\n\t\u0000`,
  '{constructor} ${alert(1)} {{7*7}} `a`b`',
  '💥'.repeat(300),
  ' ',
];

export function hostileSnapshot() {
  const takenAt = '2026-11-20T06:00:00.000Z';
  const guid = (place) => `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`;
  const neverRelease = {
    user: HOSTILE.slice(0, 4).map((text) => ({ userDir: text, userId: text })),
    tag: HOSTILE.slice(0, 6),
    customProperty: [{ name: HOSTILE[0], value: HOSTILE[5] }],
    userDirectory: [],
    inactive: 'ignore',
    blocked: 'ignore',
    removedExternally: 'ignore',
  };
  const type = { enable: true, releaseThresholdDays: 30 };
  const users = HOSTILE.map((text, place) => ({
    guid: guid(place),
    userDirectory: `D${text}`,
    userId: `${place}${text}`,
    name: text,
    inactive: false,
    blocked: false,
    removedExternally: false,
    roles: [text],
    tags: place % 2 === 0 ? HOSTILE : [],
    customProperties: [{ name: text, value: text }],
    attributes: [],
  }));
  const seats = users.map(({ guid: id, userDirectory, userId }, place) => ({
    id: guid(1_000 + place),
    licenseType: 'analyzer',
    allocatedAt: '2025-01-01T00:00:00.000Z',
    lastUsed: '2026-01-01T00:00:00.000Z',
    quarantined: false,
    excess: false,
    holder: { user: { guid: id, userDirectory, userId } },
  }));
  const count = seats.length;
  return JSON.stringify({
    format: 1,
    masked: false,
    settings: {
      policy: { licenseType: { analyzer: type, professional: type, user: { ...type, enable: false } }, neverRelease },
      guard: {
        minIdleDays: 7,
        protectRoles: [HOSTILE[2]],
        maxReleaseBasisPoints: 500,
        maxReleases: null,
        aboveCap: 'hold',
        maxInventoryAgeMinutes: 15,
        planTtlDays: 7,
        neverRelease,
        ownAccount: null,
      },
    },
    inventory: {
      takenAt,
      clockSkewMs: 0,
      attributesRead: false,
      pools: [
        {
          licenseType: 'analyzer',
          total: count,
          allocated: count,
          allocatedBefore: count,
          used: count,
          available: 0,
          quarantined: 0,
          excess: 0,
        },
      ],
      seats,
      users,
      incompleteUsers: [],
    },
  });
}
