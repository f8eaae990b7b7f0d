// Instants as people read them: in the time of this browser. What Steward decides is in UTC, so that stands in the title.

import { counted } from '../parts/format.js';

const DAY_TIME = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const SECONDS = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const RELATIVE = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

export type Look = 'minute' | 'second' | 'day';
const FORMATS: Record<Look, Intl.DateTimeFormat> = { minute: DAY_TIME, second: SECONDS, day: DAY };

/** A text that is no instant stays what it is. */
export function local(at: string, look: Look = 'minute'): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : FORMATS[look].format(ms);
}

export function utc(at: string): string {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? at : `${new Date(ms).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** Such as `in 9 days` or `3 hours ago`. */
export function relative(at: string, now: string): string {
  const ms = Date.parse(at) - Date.parse(now);
  if (Number.isNaN(ms)) return '';
  const [unit, length] = UNITS.find(([, of]) => Math.abs(ms) >= of) ?? (['minute', 60_000] as const);
  const count = Math.trunc(ms / length);
  return count === 0 ? 'now' : RELATIVE.format(count, unit);
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** How long something lasted, in its two largest units, such as `3 days 4 hours`. Parts of a minute do not count. */
export function lasted(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (!(minutes >= 1)) return 'less than a minute';
  const parts = [
    counted(Math.floor(minutes / 1_440), 'day'),
    counted(Math.floor(minutes / 60) % 24, 'hour'),
    counted(minutes % 60, 'minute'),
  ];
  const first = parts.findIndex((part) => !part.startsWith('0 '));
  return parts.slice(first, first + 2).filter((part) => !part.startsWith('0 ')).join(' ');
}

/** The value of a `datetime-local` field, which is in the time of this browser; undefined while it is not whole. */
export function instantOf(written: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(written)) return undefined;
  const ms = new Date(written).getTime();
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** The end of a day as somebody means it who writes a day: the protection still holds on it. */
export function endOfDay(written: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return undefined;
  const [year = 0, month = 1, day = 1] = written.split('-').map(Number);
  const next = new Date(year, month - 1, day + 1);
  return Number.isNaN(next.getTime()) ? undefined : next.toISOString();
}
