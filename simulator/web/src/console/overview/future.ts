// The past of a pool and its forecast as the lines of one chart.

import type { Schemas } from '../../api/client.js';
import { capitalised } from '../../parts/text.js';
import type { Curve } from './pools.js';

export type PoolForecast = Schemas['PoolForecast'];
export type Exhaustion = Extract<PoolForecast['forecast'], { kind: 'exhaustion' }>;
type CoursePoint = Schemas['CoursePoint'];
type Values = readonly (number | null)[];

export interface Continued {
  /** Milliseconds since 1970. */
  readonly x: readonly number[];
  /** Ends with the last reading. */
  readonly allocated: Values;
  /** As it was, and from the last reading on as it is. */
  readonly total: Values;
  /** Begin with the last reading; undefined when there is no forecast to show. */
  readonly forecast: { readonly median: Values; readonly lower: Values; readonly upper: Values } | undefined;
}

const DAY_MS = 86_400_000;

/**
 * The curve with the forecast behind its last reading. At most as much of the future is shown as of the past, so that
 * neither makes the other one unreadable.
 */
export function continued(curve: Curve, forecast: PoolForecast['forecast'] | undefined): Continued {
  const { x, allocated, total } = curve;
  const [first, last] = [x[0], x.at(-1)];
  const course = forecast?.kind === 'exhaustion' && first !== undefined && last !== undefined ? later(forecast.course, last, last + (last - first)) : [];
  if (course.length === 0) return { x, allocated, total, forecast: undefined };
  const before = x.slice(0, -1).map(() => null);
  const now = allocated.at(-1) ?? null;
  const line = (name: 'median' | 'lower' | 'upper'): Values => [...before, now, ...course.map((point) => point[name])];
  return {
    x: [...x, ...course.map(({ at }) => Date.parse(at))],
    allocated: [...allocated, ...course.map(() => null)],
    total: [...total, ...course.map(() => total.at(-1) ?? null)],
    forecast: { median: line('median'), lower: line('lower'), upper: line('upper') },
  };
}

/** Points after the last reading, in order, up to a limit. Texts that are no instant are no points. */
function later(course: readonly CoursePoint[], last: number, most: number): readonly CoursePoint[] {
  const at = (point: CoursePoint) => Date.parse(point.at);
  return course.filter((point) => at(point) > last && at(point) <= most).sort((a, b) => at(a) - at(b));
}

/** The middle of the days on which the pool may be exhausted; undefined when it is not in sight. */
export function exhaustedAt(forecast: PoolForecast['forecast'] | undefined, now: string, shown: Pick<Continued, 'x'>): number | undefined {
  if (forecast?.kind !== 'exhaustion') return undefined;
  const at = Date.parse(now) + forecast.medianDays * DAY_MS;
  return at <= (shown.x.at(-1) ?? -Infinity) ? at : undefined;
}

/** What the daemon says about a forecast, as a sentence. */
export function sentenceOf({ forecast, text }: Pick<PoolForecast, 'forecast' | 'text'>): string {
  const said = capitalised(forecast.kind === 'exhaustion' ? `forecast: ${text}` : text);
  return said.endsWith('.') ? said : `${said}.`;
}

/** What the band is called. */
export const likelihood = ({ confidencePercent }: Exhaustion): string => `${confidencePercent} of 100 futures`;
