// The built-in example: a site of a size that one recognises, as a file of `steward snapshot --out`.

import { inventUser, type ExampleUser } from './people.js';
import { random, type Random } from './random.js';

/** The time of the example: it does not grow older. */
const TAKEN_AT = Date.UTC(2026, 10, 20, 6, 0, 0);
const DAY_MS = 86_400_000;
const SEED = 20_261_120;

/** A fifth of all seats are professional ones. */
const PROFESSIONAL_SHARE = 0.2;

interface ExampleSeat {
  id: string;
  licenseType: 'analyzer' | 'professional';
  allocatedAt: string | null;
  lastUsed: string;
  quarantined: boolean;
  excess: boolean;
  holder:
    | { user: { guid: string; userDirectory: string; userId: string } }
    | { deleted: { userDirectory: string; userId: string } };
}

const NEVER_RELEASE = {
  user: [
    { userDir: 'INTERNAL', userId: 'sa_repository' },
    { userDir: 'INTERNAL', userId: 'sa_api' },
  ],
  tag: ['License do not release'],
  customProperty: [{ name: 'LicenseManage', value: 'do-not-release' }],
  userDirectory: ['INTERNAL', 'ADMIN'],
  inactive: 'ignore',
  blocked: 'ignore',
  removedExternally: 'ignore',
};

const GUARD = {
  minIdleDays: 7,
  protectRoles: ['RootAdmin'],
  maxReleaseBasisPoints: 500,
  maxReleases: null,
  aboveCap: 'longest-idle-first',
  maxInventoryAgeMinutes: 15,
  planTtlDays: 7,
  neverRelease: NEVER_RELEASE,
  ownAccount: { userDir: 'INTERNAL', userId: 'sa_api' },
};

const POLICY = {
  licenseType: {
    analyzer: { enable: true, releaseThresholdDays: 90 },
    professional: { enable: true, releaseThresholdDays: 60 },
    user: { enable: false, releaseThresholdDays: 90 },
  },
  neverRelease: NEVER_RELEASE,
};

/** As the bytes of a file. More seats are for trying how fast everything is. */
export function exampleSnapshot(count = 1_200): Uint8Array {
  const source = random(SEED);
  const users = Array.from({ length: Math.round(count * 1.2) }, (_, place) => inventUser(place + 1, source));
  const seats = users.slice(0, count).map((user, place) => inventSeat(user, place, source));
  const restored = users[3];
  const byHand = users.filter((_, place) => place % 97 === 11).slice(0, 4);
  const file = {
    format: 1,
    masked: false,
    settings: { policy: POLICY, guard: GUARD },
    memory: {
      protectedByHand: byHand.map((user) => kept(user, 'on parental leave')),
      restored: restored ? [kept(restored, 'given back after an undo')] : [],
    },
    inventory: {
      takenAt: new Date(TAKEN_AT).toISOString(),
      clockSkewMs: 0,
      attributesRead: false,
      pools: [pool('analyzer', 0.07, seats), pool('professional', 0.01, seats)],
      seats,
      users,
      incompleteUsers: [],
    },
  };
  return new TextEncoder().encode(JSON.stringify(file));
}

function kept(user: ExampleUser, note: string) {
  const account = { userDir: user.userDirectory, userId: user.userId };
  return { account, until: new Date(TAKEN_AT + 60 * DAY_MS).toISOString(), note };
}

function inventSeat(user: ExampleUser, place: number, source: Random): ExampleSeat {
  const allocatedDays = 20 + source.below(900);
  const holder =
    source.share() < 0.012
      ? { deleted: { userDirectory: user.userDirectory, userId: user.userId } }
      : { user: { guid: user.guid, userDirectory: user.userDirectory, userId: user.userId } };
  return {
    id: source.guid(),
    licenseType: place % 10 < PROFESSIONAL_SHARE * 10 ? 'professional' : 'analyzer',
    allocatedAt: ago(allocatedDays, source),
    lastUsed: lastUsed(user, allocatedDays, source),
    quarantined: source.share() < 0.006,
    excess: false,
    holder,
  };
}

/** Most people came lately, some not for months, and a few never. */
function lastUsed(user: ExampleUser, allocatedDays: number, source: Random): string {
  const kind = source.share();
  if (kind < 0.035) return 'never';
  if (kind < 0.04) return 'unknown';
  const away = user.inactive || user.removedExternally ? 0.1 : source.share();
  const days = away < 0.28 ? 30 + source.share() ** 2.2 * 520 : source.share() ** 2 * 45;
  return ago(Math.min(days, allocatedDays), source);
}

function ago(days: number, source: Random): string {
  return new Date(TAKEN_AT - Math.floor(days * DAY_MS) - source.below(DAY_MS / 2)).toISOString();
}

function pool(licenseType: ExampleSeat['licenseType'], free: number, seats: readonly ExampleSeat[]) {
  const all = seats.filter((seat) => seat.licenseType === licenseType);
  const quarantined = all.filter((seat) => seat.quarantined).length;
  const allocated = all.length - quarantined;
  const available = Math.round(all.length * free);
  const total = allocated + quarantined + available;
  return {
    licenseType,
    total,
    allocated,
    allocatedBefore: allocated,
    used: Math.round(allocated * 0.9),
    available,
    quarantined,
    excess: 0,
  };
}
