// What the sweep may move: one number of the settings, or the thresholds of all licence types together.

import type { NumberSetting } from '../engine/types.js';
import { humanised } from '../parts/text.js';
import { TYPE_NAMES } from '../parts/format.js';
import { pointerParts } from './pointer.js';

export interface Sweepable {
  readonly key: string;
  readonly label: string;
  readonly pointers: readonly string[];
  readonly values: readonly number[];
  /** What it is now; undefined when several numbers differ or the draft leaves it out. */
  readonly value: number | undefined;
  readonly settings: readonly NumberSetting[];
  readonly unit: 'days' | 'percent' | 'number';
}

const ALL = 'all-thresholds';
const DAYS_MAX = 365;
/** So many points are enough for a line. */
const POINTS_MAX = 365;

export function sweepables(numbers: readonly NumberSetting[]): Sweepable[] {
  const thresholds = numbers.filter(({ pointer }) => isThreshold(pointer));
  const values = new Set(thresholds.map(({ value }) => value));
  const all: Sweepable[] =
    thresholds.length < 2
      ? []
      : [
          {
            key: ALL,
            label: 'Release threshold of all licence types',
            pointers: thresholds.map(({ pointer }) => pointer),
            values: range(1, DAYS_MAX, 1),
            settings: thresholds,
            value: values.size === 1 ? thresholds[0]?.value : undefined,
            unit: 'days',
          },
        ];
  return [...all, ...numbers.map(one)];
}

function one(setting: NumberSetting): Sweepable {
  const { pointer, value, minimum, maximum, licenseType } = setting;
  const name = pointerParts(pointer).at(-1) ?? pointer;
  const unit = name.endsWith('BasisPoints') ? 'percent' : /days$/i.test(name) ? 'days' : 'number';
  const last = unit === 'days' ? Math.min(maximum, Math.max(DAYS_MAX, minimum)) : maximum;
  return {
    key: pointer,
    label: [humanised(name.replace(/BasisPoints$/, 'Percent')), licenseType && TYPE_NAMES[licenseType]].filter(Boolean).join(', '),
    pointers: [pointer],
    values: valuesBetween(minimum, last),
    settings: [setting],
    value,
    unit,
  };
}

const isThreshold = (pointer: string) => /^\/licenseType\/\w+\/releaseThresholdDays$/.test(pointer);

/** All of them, or at equal distances. */
function valuesBetween(minimum: number, maximum: number): number[] {
  return range(minimum, maximum, Math.max(1, Math.ceil((maximum - minimum + 1) / POINTS_MAX)));
}

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, place) => first + place * step);
}
