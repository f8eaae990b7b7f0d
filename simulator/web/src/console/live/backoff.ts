// How long to wait before the stream of events is opened again.

/** A stream that ended well, such as after its hour, is opened again at once; not in the same instant, in case it ends at once. */
const FIRST_MS = 500;
const MOST_MS = 30_000;

/**
 * `failures` in a row, none before the first wait. `random` between 0 and 1 spreads many pages, so that a daemon that was
 * started again is not asked by all of them at once.
 */
export function waitMs(failures: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(whole * (0.5 + random / 2));
}
