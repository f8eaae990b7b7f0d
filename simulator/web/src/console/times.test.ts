import { describe, expect, it } from 'vitest';
import { duration, endOfDay, instantOf, lasted, local, relative, utc } from './times.js';

describe('an instant', () => {
  it('is said in UTC, without the parts of a second', () => {
    expect(utc('2026-11-22T15:15:48.597Z')).toBe('2026-11-22 15:15:48 UTC');
  });

  it('that cannot be read stays what it is', () => {
    expect([local('soon'), utc('soon'), relative('soon', '2026-11-22T15:15:48Z')]).toEqual(['soon', 'soon', '']);
  });

  it.each([
    ['2026-12-01T15:00:00Z', 'in 9 days'],
    ['2026-11-22T18:00:00Z', 'in 3 hours'],
    ['2026-11-22T14:59:30Z', 'now'],
    ['2026-11-21T15:00:00Z', 'yesterday'],
    ['2026-11-22T14:40:00Z', '20 minutes ago'],
  ])('%s is %s', (at, words) => {
    expect(relative(at, '2026-11-22T15:00:00Z')).toBe(words);
  });
});

describe('a day that somebody writes', () => {
  it('is held to its end, in the time of the browser', () => {
    expect(endOfDay('2027-01-31')).toBe(new Date(2027, 1, 1).toISOString());
    expect(endOfDay('2027-1')).toBeUndefined();
  });

  it('may have a time', () => {
    expect(instantOf('2027-01-31T08:30')).toBe(new Date(2027, 0, 31, 8, 30).toISOString());
    expect(instantOf('')).toBeUndefined();
  });
});

it('a duration has the unit that it needs', () => {
  expect([duration(54), duration(1_500), duration(600_000)]).toEqual(['54 ms', '1.5 s', '10 min']);
});

describe('how long something lasted', () => {
  const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

  it.each([
    [0, 'less than a minute'],
    [59_999, 'less than a minute'],
    [minute, '1 minute'],
    [90 * minute, '1 hour 30 minutes'],
    [12 * hour, '12 hours'],
    [day + minute, '1 day'],
    [3 * day + 4 * hour + 5 * minute, '3 days 4 hours'],
    [1_234 * day, '1,234 days'],
  ])('%i ms is %s', (ms, words) => {
    expect(lasted(ms)).toBe(words);
  });

  it('is nothing when a clock was set back, or nobody knows', () => {
    expect([lasted(-day), lasted(Number.NaN)]).toEqual(['less than a minute', 'less than a minute']);
  });
});
