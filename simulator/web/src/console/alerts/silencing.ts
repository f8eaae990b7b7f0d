// What somebody may silence, and for how long.

import type { AlertNow, AlertRule } from './types.js';
import { coverOf } from './words.js';

export interface Cover {
  readonly rule: string | null;
  readonly subject: string | null;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface CoverChoice extends Choice {
  readonly cover: Cover;
}

export const SPANS: readonly Choice[] = [
  { value: '1', label: '1 hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '1 week' },
  { value: 'own', label: 'Another number of hours' },
];

/** Of an alert: itself and, when it is about one thing of several, its rule. */
export function coversOf(alert: AlertNow, rules: readonly AlertRule[]): readonly CoverChoice[] {
  const { rule, subject } = alert;
  const whole = choice({ rule, subject: null }, rules, 'rule');
  if (subject === '') return [whole];
  return [choice({ rule, subject }, rules, 'alert'), { ...whole, label: `${whole.label}, whatever it is about` }];
}

/** Everything that can be silenced: alerts of now, rules that are on, and all of it. */
export function allCovers(alerts: readonly AlertNow[], rules: readonly AlertRule[]): readonly CoverChoice[] {
  const now = alerts.filter(({ subject }) => subject !== '');
  return [
    ...now.map(({ rule, subject }) => choice({ rule, subject }, rules, 'alert')),
    ...rules.filter(({ enable }) => enable).map(({ rule }) => choice({ rule, subject: null }, rules, 'rule')),
    choice({ rule: null, subject: null }, rules, 'all'),
  ];
}

/** The value is a name of the choice, and nothing that is read again: a subject may be any text. */
function choice(cover: Cover, rules: readonly AlertRule[], kind: string): CoverChoice {
  return { value: `${kind} ${cover.rule ?? ''} ${cover.subject ?? ''}`, label: coverOf(cover, rules), cover };
}
