// A month of the report: its name, its days, and how it stands beside the budget.

import { TYPE_NAMES } from '../../parts/format.js';
import { amount, type Unit } from './amounts.js';
import type { Budget, DayCounts, MonthlyReport } from './types.js';

const NAME = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const DAY_MS = 86_400_000;
/** No month has more; a wrong date makes no endless list. */
const DAYS_MAX = 31;

/** `2026-10` as `October 2026`. Months are those of UTC. */
export function monthName(month: string): string {
  const ms = Date.parse(`${month}-01T00:00:00Z`);
  return Number.isNaN(ms) ? month : NAME.format(ms);
}

export interface DayLines {
  /** Days of the month, from 1. */
  readonly x: readonly number[];
  /** Null where nothing was read. */
  readonly total: readonly (number | null)[];
  readonly allocated: readonly (number | null)[];
  readonly idle: readonly (number | null)[];
}

/** A place for every day that has begun, so that days without a reading are a gap and not a straight line. */
export function daysOf({ month, until }: Pick<MonthlyReport, 'month' | 'until'>, counts: readonly DayCounts[]): DayLines {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const days = Math.ceil((Date.parse(until) - first) / DAY_MS);
  const x = Array.from({ length: Math.max(0, Math.min(DAYS_MAX, days || 0)) }, (_, place) => place + 1);
  const known = new Map(counts.map((one) => [1 + Math.floor((Date.parse(one.day) - first) / DAY_MS), one]));
  const line = (name: 'total' | 'allocated' | 'idle') => x.map((day) => known.get(day)?.[name] ?? null);
  return { x, total: line('total'), allocated: line('allocated'), idle: line('idle') };
}

export interface BudgetWords {
  readonly word: string;
  readonly tone: 'good' | 'warn' | 'danger';
  readonly sentence: string;
}

/** What a budget does not see: types that people hold seats of, and that have no price. Undefined when it sees all. */
export function unseen({ notValued }: Budget): string | undefined {
  if (notValued.length === 0) return undefined;
  return `${notValued.map((one) => TYPE_NAMES[one]).join(' and ')} seats have no price, and are not part of it.`;
}

/** How a month stands beside what it may cost. */
export function budgetWords({ forWhat, amount: most, spent, projected, state }: Budget, isComplete: boolean, unit: Unit): BudgetWords {
  const show = (minor: number) => amount(minor, unit);
  const seats = forWhat === 'bought' ? 'All seats of the pools' : 'Seats in somebody’s hands';
  const cost = isComplete ? `${seats} cost ${show(spent)} of ${show(most)}` : `${seats} cost ${show(spent)} so far, of ${show(most)}`;
  const end = `If the counts stay as they are, it is ${show(projected)} at the end of the month`;
  switch (state) {
    case 'above':
      return { word: 'above the budget', tone: 'danger', sentence: `${cost}: ${show(spent - most)} too much.${isComplete ? '' : ` ${end}.`}` };
    case 'projected-above':
      return { word: 'will be above the budget', tone: 'warn', sentence: `${cost}. ${end}: ${show(projected - most)} too much.` };
    case 'within':
      return { word: 'within the budget', tone: 'good', sentence: `${cost}.${isComplete ? '' : ` ${end}.`}` };
  }
}

interface BarPart {
  readonly name: string;
  readonly value: number;
  readonly colour: `--${string}`;
}

export interface BudgetBar {
  readonly parts: readonly BarPart[];
  readonly whole: number;
}

/** The bar of a budget: what is spent, what is to come, what is left, and apart from these what is above. */
export function budgetBar({ amount: most, spent, projected }: Budget): BudgetBar {
  const end = Math.max(spent, projected);
  const parts: BarPart[] = [
    { name: 'spent', value: Math.min(spent, most), colour: '--series-2' },
    { name: 'to come', value: Math.max(0, Math.min(end, most) - spent), colour: '--later' },
    { name: 'left', value: Math.max(0, most - end), colour: '--sunken' },
    { name: 'above the budget', value: Math.max(0, end - most), colour: '--danger' },
  ];
  return { parts: parts.filter(({ value }) => value > 0), whole: Math.max(most, end) };
}

/** How much of the time is known: the least of the pools. Undefined when there is no pool. */
export function knownPercent({ pools }: Pick<MonthlyReport, 'pools'>): number | undefined {
  return pools.length === 0 ? undefined : Math.min(...pools.map(({ allocated }) => allocated.knownPercent));
}
