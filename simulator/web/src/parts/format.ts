// Numbers, digests and licence types as people read them.

const NUMBER = new Intl.NumberFormat('en-GB');

export type LicenseType = 'analyzer' | 'professional' | 'user';

export const TYPE_NAMES: Record<LicenseType, string> = {
  analyzer: 'Analyzer',
  professional: 'Professional',
  user: 'User (token)',
};

export const number = (value: number): string => NUMBER.format(value);

/** `1 seat`, `2 seats`; the plural only where it is more than an `s`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

export const seats = (count: number): string => counted(count, 'seat');

export const days = (count: number): string => counted(count, 'day');

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1_000).toFixed(0)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %` : '–';
}

/** The beginning of a digest: enough to tell two files apart at a glance. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}
