// Snapshot files for tests and measurements, the same ones at every run.

const DAY_MS = 86_400_000;
/** 2026-11-21T15:00:00Z. */
export const NOW_MS = 1_795_273_200_000;

const at = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z');

/** A small generator of numbers: mulberry32. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = ['Ada', 'Björn', 'Chloë', '渡辺', 'Ελένη', 'Иван', 'O’Neill', '<b>Bobby</b>', 'ma\u202eil', '🦀 Ferris'];
const TAGS = ['Do not release', 'External', 'Contractor', 'Trainer'];
const DEPARTMENTS = ['Sales', 'Finance', 'IT', 'Management'];

/**
 * A site with so many seats. `wild` has strange owners and dates, few enough for the run gates to stay open.
 */
export function snapshot({ seats, seed = 1, wild = false, settings = {}, guard = {}, memory = {} }) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const users = [];
  const rows = [];
  for (let index = 0; index < seats; index += 1) {
    const id = String(index).padStart(6, '0');
    const directory = next() < 0.8 ? 'ACME' : 'Partner';
    const userId = `user${id}`;
    const licenseType = next() < 0.7 ? 'analyzer' : 'professional';
    const idleDays = Math.floor(next() ** 2 * 400);
    const allocated = NOW_MS - (idleDays + Math.floor(next() * 300)) * DAY_MS;
    const lastUsed = next() < 0.05 ? 'never' : at(NOW_MS - idleDays * DAY_MS - Math.floor(next() * DAY_MS));
    const user = {
      guid: `guid-${id}`,
      userDirectory: directory,
      userId,
      name: `${pick(NAMES)} ${id}`,
      inactive: next() < 0.03,
      blocked: next() < 0.02,
      removedExternally: next() < 0.04,
      roles: next() < 0.02 ? ['RootAdmin'] : [],
      tags: next() < 0.1 ? [pick(TAGS)] : [],
      customProperties: [{ name: 'Department', value: pick(DEPARTMENTS) }],
      attributes: [],
    };
    users.push(user);
    let holder = { user: { guid: user.guid, userDirectory: directory, userId } };
    let unknown = false;
    if (wild && index % 211 === 7) holder = { deleted: { userDirectory: directory, userId: `gone${id}` } };
    if (wild && index % 401 === 11) holder = { user: { guid: `nobody-${id}`, userDirectory: directory, userId } };
    if (wild && index % 307 === 13) unknown = true;
    rows.push({
      id: `seat-${id}`,
      licenseType,
      allocatedAt: wild && index % 503 === 3 ? null : at(allocated),
      lastUsed: unknown ? 'unknown' : lastUsed,
      quarantined: wild && index % 97 === 5,
      excess: false,
      holder,
    });
  }
  const pool = (licenseType) => {
    const all = rows.filter((row) => row.licenseType === licenseType);
    const quarantined = all.filter((row) => row.quarantined).length;
    const allocated = all.length - quarantined;
    const total = all.length + Math.ceil(all.length / 50);
    return {
      licenseType, total, allocated, allocatedBefore: allocated, used: 0,
      available: total - all.length, quarantined, excess: 0,
    };
  };
  const neverRelease = {
    user: [{ userDir: 'acme', userId: 'USER000003' }], tag: ['do not release'],
    customProperty: [{ name: 'Department', value: 'management' }], userDirectory: [],
    inactive: 'ignore', blocked: 'ignore', removedExternally: 'ignore',
  };
  const type = (enable, releaseThresholdDays) => ({ enable, releaseThresholdDays });
  return {
    format: 1,
    masked: false,
    settings: {
      policy: {
        licenseType: { analyzer: type(true, 90), professional: type(true, 60), user: type(false, 90) },
        neverRelease,
        ...settings,
      },
      guard: {
        minIdleDays: 7, protectRoles: ['RootAdmin'], maxReleaseBasisPoints: 500, maxReleases: null, aboveCap: 'hold',
        undoReserveDays: null, maxInventoryAgeMinutes: 15, planTtlDays: 7, neverRelease, ownAccount: null, ...guard,
      },
    },
    memory,
    inventory: {
      takenAt: at(NOW_MS), clockSkewMs: 0, attributesRead: false,
      pools: [pool('analyzer'), pool('professional')], seats: rows, users, incompleteUsers: [],
    },
  };
}
