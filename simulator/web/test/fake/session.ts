// The fake's session: reads a snapshot, and decides with a handful of rules.

import { SimulatorError } from '../../src/engine/errors.js';
import type {
  DayCounts,
  Draft,
  LicenseType,
  NumberSetting,
  Policy,
  Pool,
  Session,
  Standing,
  SweepPoint,
  SweepRequest,
  Summary,
  TimelineDay,
  TimelineRequest,
  TypeCounts,
  View,
} from '../../src/engine/types.js';
import { pointerParts, valueAt, withValue } from '../../src/simulator/pointer.js';
import { FakeView } from './view.js';

const DAY = 86_400_000;

export interface FakeUser {
  guid: string;
  userDirectory: string;
  userId: string;
  name: string;
  inactive: boolean;
  blocked: boolean;
  removedExternally: boolean;
  roles: string[];
  tags: string[];
  customProperties: { name: string; value: string }[];
}

export interface FakeSeat {
  id: string;
  licenseType: LicenseType;
  allocatedAt: string | null;
  lastUsed: string;
  quarantined: boolean;
  holder: { user?: { guid: string; userDirectory: string; userId: string }; deleted?: { userDirectory: string; userId: string } };
  user: FakeUser | undefined;
}

export interface FakeJudgement {
  rule: string;
  standing: Standing;
  gate: string | undefined;
  idleDays: number;
  flipsAt: number;
}

interface File {
  settings: { policy: Record<string, unknown>; guard: Draft['guard'] };
  inventory: { takenAt: string; pools: Pool[]; seats: FakeSeat[]; users: FakeUser[] };
}

export class FakeSession implements Session {
  readonly policy: Policy;
  readonly summary: Summary;
  readonly draft: string;
  readonly plainDraft: string;
  readonly seats: FakeSeat[];
  readonly pools: Pool[];
  newest = 0;

  constructor(policy: Policy, snapshot: Uint8Array) {
    this.policy = policy;
    let file: File;
    try {
      file = JSON.parse(new TextDecoder().decode(snapshot)) as File;
      if (!file.inventory) throw new Error('no inventory');
    } catch {
      throw new SimulatorError({ kind: 'refused', refusal: { tag: 'snapshot', val: 'the file is not a snapshot' } });
    }
    const { inventory, settings } = file;
    const users = new Map(inventory.users.map((user) => [user.guid, user]));
    const order: LicenseType[] = ['analyzer', 'professional', 'user'];
    this.seats = inventory.seats
      .map((seat) => ({ ...seat, user: users.get(seat.holder.user?.guid ?? '') }))
      .sort((one, other) => order.indexOf(one.licenseType) - order.indexOf(other.licenseType) || since(one) - since(other));
    this.pools = inventory.pools;
    this.summary = {
      takenAt: Date.parse(inventory.takenAt),
      masked: false,
      digest: `sha256:${'ab'.repeat(32)}`,
      seats: this.seats.length,
      users: inventory.users.length,
      attributesRead: false,
      pools: this.pools,
      keptPeople: 5,
    };
    const { licenseType, neverRelease, ...own } = settings.policy;
    void neverRelease;
    this.draft = JSON.stringify({ licenseType, guard: Object.assign({ undoReserveDays: null }, settings.guard), policy: own });
    this.plainDraft = this.draft;
  }

  judge(draft: Draft, now: number): FakeJudgement[] {
    const released = new Map<LicenseType, number>();
    return this.seats.map((seat): FakeJudgement => {
      const idleDays = seat.lastUsed === 'unknown' ? -1 : Math.floor((now - since(seat)) / DAY);
      const settings = draft.licenseType[seat.licenseType];
      const flipsAt = since(seat) + settings.releaseThresholdDays * DAY;
      const keep = (rule: string, at = Number.NaN) => ({ rule, standing: 'kept' as const, gate: undefined, idleDays, flipsAt: at });
      const never = draft.guard.neverRelease;
      if (!settings.enable) return keep('license-type-disabled');
      if (!seat.user) return keep('owner-unknown');
      if (idleDays < 0) return keep('unknown-last-use');
      if (idleDays < settings.releaseThresholdDays) return keep('recently-used', flipsAt);
      const { user } = seat;
      if (never.user.some((one) => one.userDir === user.userDirectory && one.userId === user.userId)) return keep('never-release.user');
      if (user.tags.some((tag) => never.tag.includes(tag))) return keep('never-release.tag');
      if (never.userDirectory.includes(user.userDirectory)) return keep('never-release.user-directory');
      const rule = seat.lastUsed === 'never' ? 'never-used' : 'idle';
      if (user.roles.some((role) => draft.guard.protectRoles.includes(role))) {
        return { rule, standing: 'guarded', gate: 'protected-role', idleDays, flipsAt: Number.NaN };
      }
      const count = (released.get(seat.licenseType) ?? 0) + 1;
      released.set(seat.licenseType, count);
      const allocated = this.pools.find(({ licenseType }) => licenseType === seat.licenseType)?.allocated ?? 0;
      const cap = Math.max(5, Math.floor((allocated * draft.guard.maxReleaseBasisPoints) / 10_000));
      return count > cap
        ? { rule, standing: 'held', gate: 'cap', idleDays, flipsAt: Number.NaN }
        : { rule, standing: 'released', gate: undefined, idleDays, flipsAt: Number.NaN };
    });
  }

  count(judged: readonly FakeJudgement[]): TypeCounts[] {
    return this.pools.map(({ licenseType }) => {
      const of = (standing: Standing) =>
        judged.filter((one, place) => this.seats[place]?.licenseType === licenseType && one.standing === standing).length;
      const seats = this.seats.filter((seat) => seat.licenseType === licenseType).length;
      return { licenseType, seats, kept: of('kept'), released: of('released'), held: of('held'), guarded: of('guarded'), later: of('later') };
    });
  }

  async view(draft: string, now = this.summary.takenAt): Promise<View> {
    const number = (this.newest += 1);
    await new Promise((resolve) => setTimeout(resolve, 25));
    if (number !== this.newest) throw new SimulatorError({ kind: 'superseded' });
    const read = JSON.parse(draft) as Draft;
    if (read.policy['neverUsedGraceDays'] === 13) {
      throw new SimulatorError({
        kind: 'refused',
        refusal: { tag: 'settings', val: [{ path: '/neverUsedGraceDays', message: 'is an unlucky number; write another one' }] },
      });
    }
    if (read.policy['neverUsedGraceDays'] === 666) {
      throw new SimulatorError({ kind: 'fault', fault: { kind: 'deadline', detail: 'no answer within 10 s' } });
    }
    return new FakeView(this, read, draft, now, this.judge(read, now));
  }

  plan(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode('{"format": 1}\n'));
  }

  csv(): Promise<Uint8Array> {
    return Promise.resolve(new TextEncoder().encode('licenseType,licenseId\n'));
  }

  async sweep({ draft, now = this.summary.takenAt, pointers, values = [] }: SweepRequest): Promise<readonly SweepPoint[]> {
    await Promise.resolve();
    return values.map((value) => {
      const changed = pointers.reduce((json, at) => withValue(json, pointerParts(at), value), JSON.parse(draft));
      return { value, types: this.count(this.judge(changed as unknown as Draft, now)) };
    });
  }

  async timeline({ draft, now = this.summary.takenAt, days = 180 }: TimelineRequest): Promise<readonly TimelineDay[]> {
    await Promise.resolve();
    const read = JSON.parse(draft) as Draft;
    const gone = new Set<number>();
    return Array.from({ length: days }, (_, day) => {
      const judged = this.judge(read, now + day * DAY);
      const types = this.pools.map(({ licenseType, available }): DayCounts => {
        const of = (...standings: Standing[]) =>
          judged.flatMap((one, place) =>
            this.seats[place]?.licenseType === licenseType && standings.includes(one.standing) && !gone.has(place) ? [place] : [],
          );
        const going = of('released', 'held');
        const guarded = of('guarded').length;
        going.forEach((place) => gone.add(place));
        const goneOfType = [...gone].filter((place) => this.seats[place]?.licenseType === licenseType).length;
        return { licenseType, released: going.length, later: 0, guarded, available: available + goneOfType };
      });
      return { day, at: now + day * DAY, types };
    });
  }

  numbers(draft: string): Promise<readonly NumberSetting[]> {
    const read = JSON.parse(draft);
    const setting = (pointer: string, maximum: number, licenseType?: LicenseType): NumberSetting => ({
      pointer,
      value: valueAt(read, pointerParts(pointer)) as number,
      minimum: 1,
      maximum,
      summary: 'A number.',
      ...(licenseType ? { licenseType } : {}),
    });
    return Promise.resolve([
      setting('/licenseType/analyzer/releaseThresholdDays', 1_000_000, 'analyzer'),
      setting('/licenseType/professional/releaseThresholdDays', 1_000_000, 'professional'),
      setting('/guard/minIdleDays', 365),
      setting('/guard/maxReleaseBasisPoints', 10_000),
    ]);
  }

  yaml(draft: string): Promise<string> {
    const { licenseType } = JSON.parse(draft) as Draft;
    const lines = Object.entries(licenseType).map(
      ([name, { enable, releaseThresholdDays }]) =>
        `        ${name}:\n          enable: ${enable}\n          releaseThresholdDays: ${releaseThresholdDays}`,
    );
    return Promise.resolve(`Butler:\n  qlikSenseLicense:\n    licenseRelease:\n      licenseType:\n${lines.join('\n')}\n`);
  }

  close(): void {
    this.newest += 1;
  }
}

export function since(seat: FakeSeat): number {
  const at = Date.parse(seat.lastUsed);
  return Number.isNaN(at) ? Date.parse(seat.allocatedAt ?? '') : at;
}
