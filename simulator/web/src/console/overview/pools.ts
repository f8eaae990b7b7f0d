// The daemon's reading of the pools as licence types that people hold seats of; other kinds of access are apart.

import type { Schemas } from '../../api/client.js';
import type { LicenseType } from '../../parts/format.js';

export interface PoolNow {
  readonly licenseType: LicenseType;
  readonly allocated: number;
  readonly available: number;
  readonly quarantined: number;
  readonly excess: number;
  readonly total: number;
}

const ACCESS: Readonly<Record<string, LicenseType>> = { analyzer: 'analyzer', professional: 'professional', token_user: 'user' };

export function poolsOf({ pools }: Pick<Schemas['Pools'], 'pools'>): readonly PoolNow[] {
  return pools.flatMap(({ accessType, figures }) => {
    const licenseType = ACCESS[accessType];
    if (!licenseType) return [];
    const figure = (name: string) => figures[name] ?? 0;
    const [allocated, available, quarantined, excess] = [figure('allocated'), figure('available'), figure('quarantined'), figure('excess')];
    const total = figures['total'] ?? allocated + available + quarantined;
    return [{ licenseType, allocated, available, quarantined, excess, total }];
  });
}

export interface Curve {
  /** Milliseconds since 1970. */
  readonly x: readonly number[];
  readonly allocated: readonly number[];
  readonly total: readonly number[];
}

/** The readings of one licence type, oldest first. */
export function curveOf(readings: readonly Schemas['KeptReading'][], of: LicenseType): Curve {
  const own = readings.filter(({ accessType }) => ACCESS[accessType] === of);
  const figure = (name: string) => own.map(({ figures }) => figures[name] ?? 0);
  return { x: own.map(({ at }) => Date.parse(at)), allocated: figure('allocated'), total: figure('total') };
}

/** The licence types of which there are readings. */
export function typesOf(readings: readonly Schemas['KeptReading'][]): readonly LicenseType[] {
  const found = new Set(readings.flatMap(({ accessType }) => ACCESS[accessType] ?? []));
  return [...found].sort();
}
