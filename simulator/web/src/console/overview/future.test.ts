import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../api/client.js';
import { continued, exhaustedAt, sentenceOf, type Exhaustion } from './future.js';

type CoursePoint = Schemas['CoursePoint'];

const DAY = 86_400_000;
const start = Date.parse('2026-11-01T06:00:00.000Z');
const at = (day: number) => new Date(start + day * DAY).toISOString();
const point = (day: number, median = 90 + day): CoursePoint => ({ at: at(day), lower: median - 5, median, upper: median + 5 });
const exhaustion = (course: readonly CoursePoint[], medianDays = 4): Exhaustion => ({
  kind: 'exhaustion',
  lowerDays: 2,
  medianDays,
  upperDays: 9,
  confidencePercent: 80,
  horizonDays: 365,
  method: '',
  basis: { readings: 0, daysRead: 0, firstAt: '', lastAt: '' },
  course: [...course],
});
/** Four days with a reading each. */
const curve = { x: [0, 1, 2, 3].map((day) => start + day * DAY), allocated: [80, 82, 81, 85], total: [90, 90, 100, 100] };

describe('the past with its forecast', () => {
  it('goes on from the last reading without a gap', () => {
    const shown = continued(curve, exhaustion([point(4), point(5)]));
    expect(shown.x).toEqual([0, 1, 2, 3, 4, 5].map((day) => start + day * DAY));
    expect(shown.allocated).toEqual([80, 82, 81, 85, null, null]);
    expect(shown.forecast).toEqual({
      median: [null, null, null, 85, 94, 95],
      lower: [null, null, null, 85, 89, 90],
      upper: [null, null, null, 85, 99, 100],
    });
  });

  it('has the total of today as a line through the future', () => {
    expect(continued(curve, exhaustion([point(4), point(5)])).total).toEqual([90, 90, 100, 100, 100, 100]);
  });

  it('has lines of one length, and times that grow', () => {
    const shown = continued(curve, exhaustion([point(6), point(2), point(3), point(4), point(5), point(300)]));
    const { forecast } = shown;
    expect([shown.allocated, shown.total, forecast?.median, forecast?.lower, forecast?.upper].map((line) => line?.length)).toEqual(Array(5).fill(shown.x.length));
    expect([...shown.x].sort((a, b) => a - b)).toEqual(shown.x);
    expect(new Set(shown.x).size).toBe(shown.x.length);
  });

  it('shows no more of the future than of the past', () => {
    const shown = continued(curve, exhaustion([4, 5, 6, 7, 30].map((day) => point(day))));
    expect(shown.x.at(-1)).toBe(start + 6 * DAY);
  });

  it('is the past alone without a forecast', () => {
    for (const forecast of [undefined, { kind: 'no-forecast', reason: 'constant' } as const, exhaustion([]), exhaustion([{ ...point(4), at: 'soon' }])]) {
      expect(continued(curve, forecast)).toEqual({ ...curve, forecast: undefined });
    }
    const empty = { x: [], allocated: [], total: [] };
    expect(continued(empty, exhaustion([point(4)]))).toEqual({ ...empty, forecast: undefined });
  });
});

describe('the day on which a pool is exhausted', () => {
  const shown = { x: [start, start + 6 * DAY] };

  it('is marked when it is in sight', () => {
    expect(exhaustedAt(exhaustion([], 2), at(3), shown)).toBe(start + 5 * DAY);
    expect(exhaustedAt(exhaustion([], 20), at(3), shown)).toBeUndefined();
    expect(exhaustedAt({ kind: 'no-forecast', reason: 'constant' }, at(3), shown)).toBeUndefined();
  });
});

it('a forecast is said as a sentence, and so is why there is none', () => {
  expect(sentenceOf({ forecast: exhaustion([]), text: 'exhausted in about 4 days, if nothing more is released' })).toBe(
    'Forecast: exhausted in about 4 days, if nothing more is released.',
  );
  expect(sentenceOf({ forecast: { kind: 'no-forecast', reason: 'constant' }, text: 'no forecast: nothing was read yet' })).toBe('No forecast: nothing was read yet.');
});
