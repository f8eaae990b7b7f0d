import { describe, expect, it } from 'vitest';
import { amount, price } from './amounts.js';
import { budgetBar, budgetWords, daysOf, knownPercent, monthName, unseen } from './month.js';
import type { Budget } from './types.js';

describe('an amount', () => {
  it.each([
    [123_450, 'EUR', 2, '€1,234.50'],
    [-5, 'EUR', 2, '-€0.05'],
    [-0, 'EUR', 2, '€0.00'],
    [123_450, 'JPY', 0, 'JP¥123,450'],
    // For `Intl` this one has no decimals.
    [1_500, 'IQD', 3, 'IQD 1.500'],
    [100, 'XQQ', 2, 'XQQ 1.00'],
  ])('of %i in %s with %i decimals is %s', (minor, currency, decimals, words) => {
    expect(amount(minor, { currency, decimals }).replaceAll('\u00a0', ' ')).toBe(words);
  });
});

it('a price keeps the digits that somebody wrote', () => {
  const unit = { currency: 'EUR', decimals: 2 };
  expect([price('35', unit), price('35.5', unit), price('0.123456', unit)]).toEqual(['€35.00', '€35.50', '€0.123456']);
});

it('a month has a name', () => {
  expect([monthName('2026-10'), monthName('?')]).toEqual(['October 2026', '?']);
});

describe('the days of a month', () => {
  const day = (text: string, allocated: number) => ({ day: `${text}T00:00:00.000Z`, total: null, allocated, idle: 1 });

  it('have a gap where nothing was read', () => {
    const lines = daysOf({ month: '2026-02', until: '2026-02-04T00:00:00.000Z' }, [day('2026-02-01', 7), day('2026-02-03', 9)]);
    expect(lines.x).toEqual([1, 2, 3]);
    expect(lines.allocated).toEqual([7, null, 9]);
    expect(lines.idle).toEqual([1, null, 1]);
    expect(lines.total).toEqual([null, null, null]);
  });

  it('are those that have begun', () => {
    expect(daysOf({ month: '2026-11', until: '2026-11-22T06:00:00.000Z' }, []).x).toHaveLength(22);
    expect(daysOf({ month: '2028-02', until: '2028-03-01T00:00:00.000Z' }, []).x).toHaveLength(29);
    expect(daysOf({ month: '2026-11', until: '2026-11-01T00:00:00.000Z' }, []).x).toEqual([]);
  });

  it('are none when the month is none', () => {
    expect(daysOf({ month: 'soon', until: 'never' }, []).x).toEqual([]);
  });
});

describe('a budget', () => {
  const budget = (spent: number, projected: number, state: Budget['state'], forWhat: Budget['forWhat'] = 'allocated'): Budget => ({ forWhat, amount: 100_00, spent, projected, state, notValued: [] });
  const unit = { currency: 'EUR', decimals: 2 };

  it('is kept, or will not be, or was not', () => {
    expect(budgetWords(budget(30_00, 90_00, 'within'), false, unit)).toEqual({
      word: 'within the budget',
      tone: 'good',
      sentence: 'Seats in somebody’s hands cost €30.00 so far, of €100.00. If the counts stay as they are, it is €90.00 at the end of the month.',
    });
    expect(budgetWords(budget(30_00, 110_00, 'projected-above'), false, unit).sentence).toMatch(/it is €110\.00 at the end of the month: €10\.00 too much\.$/);
    expect(budgetWords(budget(120_00, 120_00, 'above', 'bought'), true, unit)).toEqual({
      word: 'above the budget',
      tone: 'danger',
      sentence: 'All seats of the pools cost €120.00 of €100.00: €20.00 too much.',
    });
  });

  it('names what it does not see', () => {
    const of = budget(30_00, 90_00, 'within');
    expect(unseen(of)).toBeUndefined();
    expect(unseen({ ...of, notValued: ['professional', 'user'] })).toBe('Professional and User (token) seats have no price, and are not part of it.');
  });

  it('has a bar whose parts are the whole', () => {
    const named = (of: Budget) => budgetBar(of).parts.map(({ name, value }) => [name, value]);
    expect(named(budget(30_00, 90_00, 'within'))).toEqual([['spent', 30_00], ['to come', 60_00], ['left', 10_00]]);
    expect(named(budget(30_00, 110_00, 'projected-above'))).toEqual([['spent', 30_00], ['to come', 70_00], ['above the budget', 10_00]]);
    expect(named(budget(120_00, 150_00, 'above'))).toEqual([['spent', 100_00], ['above the budget', 50_00]]);
    for (const of of [budget(30_00, 90_00, 'within'), budget(30_00, 110_00, 'projected-above'), budget(120_00, 150_00, 'above'), budget(100_00, 100_00, 'within')]) {
      const { parts, whole } = budgetBar(of);
      expect(parts.reduce((sum, { value }) => sum + value, 0)).toBe(whole);
    }
  });
});

it('what is known is what is known of the pool that is known least', () => {
  const part = (knownPercent: number) => ({ seatsHundredths: null, knownPercent, cost: null });
  const pool = (percent: number) => ({
    licenseType: 'analyzer' as const,
    perSeatMonth: null,
    bought: part(0),
    allocated: part(percent),
    idle: part(0),
    saved: part(100),
    savingNow: 0,
    releases: { released: 0, returned: 0, held: 0 },
    days: [],
  });
  expect(knownPercent({ pools: [pool(100), pool(92)] })).toBe(92);
  expect(knownPercent({ pools: [] })).toBeUndefined();
});
