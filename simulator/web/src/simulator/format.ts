// Numbers and times as people read them. Times are UTC, as everything that Steward decides.

import type { LicenseType, Standing } from './words.js';

const NUMBER = new Intl.NumberFormat('en-GB');
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const DATE_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

export const number = (value: number): string => NUMBER.format(value);

export function seats(count: number): string {
  return `${number(count)} ${count === 1 ? 'seat' : 'seats'}`;
}

export function days(count: number): string {
  return `${number(count)} ${count === 1 ? 'day' : 'days'}`;
}

export function date(at: number): string {
  return Number.isFinite(at) ? DATE.format(at) : '–';
}

export function dateTime(at: number): string {
  return Number.isFinite(at) ? `${DATE_TIME.format(at)} UTC` : '–';
}

/** `never`, `unknown`, or an instant as rows have it. */
export function lastUse(text: string): string {
  if (text === 'never' || text === 'unknown') return text;
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : dateTime(at);
}

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

export const TYPE_NAMES: Record<LicenseType, string> = {
  analyzer: 'Analyzer',
  professional: 'Professional',
  user: 'User (token)',
};

export const STANDING_NAMES: Record<Standing, string> = {
  kept: 'Kept',
  released: 'Released',
  held: 'Held',
  guarded: 'Guarded',
  later: 'Later',
};

export const STANDING_HELP: Record<Standing, string> = {
  kept: 'The policy keeps these seats.',
  released: 'These seats go in this run.',
  held: 'The policy releases these seats; a gate of their licence type or of the whole run stops them.',
  guarded: 'The policy releases these seats; a gate of the guard keeps each of them.',
  later: 'The policy releases these seats and leaves them for a later run.',
};

export const STANDING_OF_ONE: Record<Standing, string> = {
  kept: 'The policy keeps the seat.',
  released: 'The seat goes in this run.',
  held: 'The policy releases the seat; a gate of its licence type or of the whole run stops it.',
  guarded: 'The policy releases the seat; a gate of the guard keeps it.',
  later: 'The policy releases the seat and leaves it for a later run.',
};

/** The value of a `datetime-local` field, read as UTC; undefined while it is not whole. */
export function readUtc(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(`${text}Z`);
  return Number.isNaN(at) ? undefined : at;
}

export function writeUtc(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}
