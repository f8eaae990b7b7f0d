// Times as people read them. Times are UTC, as everything that Steward decides.

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const DATE_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

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

const YEAR_10000 = Date.UTC(10_000, 0);

/** A time that a run may have: years of four digits, since computers have clocks. */
export const isRunTime = (at: number): boolean => at >= 0 && at < YEAR_10000;

/** The value of a `datetime-local` field, read as UTC; undefined while it is no time of a run. */
export function readUtc(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(`${text}Z`);
  return isRunTime(at) ? at : undefined;
}

/** A sentence in which instants are dates that people read; what stands between backticks stays as it is. */
export function withDates(text: string): string {
  return text
    .split('`')
    .map((part, place) => (place % 2 === 1 ? part : part.replaceAll(INSTANT, (instant) => dateTime(Date.parse(instant)))))
    .join('`');
}

const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

export function writeUtc(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}
