/**
 * Days and dates. Nothing here reads the clock: `now` comes with the run.
 */

/** Milliseconds in a day of 24 hours. */
export const MS_PER_DAY = 86_400_000n;

/** The last millisecond of the year 9999. */
export const CALENDAR_END = 253_402_300_799_999n;

/** A day that was written without a time zone is over everywhere on Earth this long after it began in UTC. */
const MS_UNTIL_OVER_EVERYWHERE = MS_PER_DAY + MS_PER_DAY / 2n;

/**
 * When a day such as `2027-03-31` begins, in UTC. `undefined` for anything else, such as the 30th of February.
 *
 * @param {string} text
 * @returns {bigint | undefined}
 */
export function parseDay(text) {
  const written = text.trim();
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(written) ?? [];
  if (year === undefined) {
    return undefined;
  }
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return new Date(start).toISOString().startsWith(written) ? BigInt(start) : undefined;
}

/**
 * When a day is over wherever somebody may have written it down.
 *
 * @param {bigint} day its beginning in UTC
 */
export function overAt(day) {
  return day + MS_UNTIL_OVER_EVERYWHERE;
}
