// Alerts, silences and rules in words, and in the order in which somebody wants to read them.

import { counted } from '../../parts/format.js';
import { lasted } from '../times.js';
import type { AlertNow, AlertRule, Alerts, PastAlert, Severity, Silence, Sink } from './types.js';

interface Look {
  readonly word: string;
  readonly tone: 'danger' | 'warn' | 'accent';
  readonly icon: 'alarm' | 'warning' | 'info';
  readonly rank: number;
}

const LOOKS: Record<Severity, Look> = {
  critical: { word: 'critical', tone: 'danger', icon: 'alarm', rank: 0 },
  warning: { word: 'warning', tone: 'warn', icon: 'warning', rank: 1 },
  info: { word: 'for information', tone: 'accent', icon: 'info', rank: 2 },
};

export const lookOf = (severity: Severity): Look => LOOKS[severity];

/** As the daemon tells names apart (`core/src/text.rs`). */
const fold = (text: string) => text.trim().toUpperCase().toLowerCase();

/** Of the silences that cover an alert now the one that ends last. Which ones muted it in the past does not matter here. */
export function silenceOf({ rule, subject }: Pick<AlertNow, 'rule' | 'subject'>, silences: readonly Silence[]): Silence | undefined {
  const covers = (one: Silence) => (one.rule === null || one.rule === rule) && (one.subject === null || fold(one.subject) === fold(subject));
  return silences.filter(covers).sort((a, b) => Date.parse(b.until) - Date.parse(a.until))[0];
}

/** What fires before what may fire, what somebody is told before what is silenced, the worst before the rest, then the newest. */
export function ordered(alerts: readonly AlertNow[], silences: readonly Silence[]): readonly AlertNow[] {
  const place = (alert: AlertNow) =>
    (alert.phase === 'firing' ? 0 : 100) + (silenceOf(alert, silences) ? 10 : 0) + LOOKS[alert.severity].rank;
  const since = ({ firedAt, beganAt }: AlertNow) => Date.parse(firedAt ?? beganAt);
  return [...alerts].sort((a, b) => place(a) - place(b) || since(b) - since(a) || a.key.localeCompare(b.key));
}

export interface Firing {
  readonly count: number;
  /** The worst of those that are not silenced. */
  readonly worst: Severity | undefined;
  /** Critical ones that nobody silenced, in the order of the page. */
  readonly critical: readonly AlertNow[];
}

export function firingOf({ alerts, silences }: Pick<Alerts, 'alerts' | 'silences'>): Firing {
  const firing = ordered(alerts, silences).filter(({ phase }) => phase === 'firing');
  const loud = firing.filter((alert) => !silenceOf(alert, silences));
  return { count: firing.length, worst: loud[0]?.severity, critical: loud.filter(({ severity }) => severity === 'critical') };
}

/** How often an alert was told. */
function toldAgain(repeats: number): string {
  if (repeats === 0) return 'told once';
  return repeats === 1 ? 'told twice' : `told ${counted(repeats + 1, 'time')}`;
}

/** How often a firing alert was told; undefined when a silence may have kept it from being told at all. */
export function toldOf({ repeats, silencedBy }: Pick<AlertNow, 'repeats' | 'silencedBy'>, isHeard: boolean): string | undefined {
  if (!isHeard) return 'and nobody is told: no sink takes alerts';
  return repeats === 0 && silencedBy.length > 0 ? undefined : toldAgain(repeats);
}

export interface PastWords {
  readonly lasted: string;
  readonly told: string;
  /** Somebody might look for a message that was never sent. */
  readonly wasMuted: boolean;
}

export function pastWords({ firedAt, resolvedAt, repeats, wasMuted, silencedBy }: PastAlert): PastWords {
  const told = wasMuted ? 'nobody was told: it was silenced' : silencedBy.length > 0 ? `${toldAgain(repeats)}, silenced for a while` : toldAgain(repeats);
  return { lasted: lasted(Date.parse(resolvedAt) - Date.parse(firedAt)), told, wasMuted };
}

/** What a silence is about. A rule that Steward does not have any more is called by its name. */
export function coverOf({ rule, subject }: Pick<Silence, 'rule' | 'subject'>, rules: readonly AlertRule[]): string {
  const title = rule === null ? 'All alerts' : (rules.find((one) => one.rule === rule)?.title ?? rule);
  return subject === null || subject === '' ? title : `${title} (${subject})`;
}

export interface Patience {
  /** It must hold for so long before anybody is told. */
  readonly fires: string;
  /** It must be over for so long before it counts as resolved. */
  readonly ends: string;
  readonly again: string;
}

/** How patient a rule is. */
export function patienceOf({ forMinutes, clearForMinutes, repeatHours }: AlertRule): Patience {
  const after = (minutes: number) => `after ${lasted(minutes * 60_000)}`;
  return {
    fires: forMinutes === 0 ? 'at once' : after(forMinutes),
    ends: clearForMinutes === 0 ? 'at once' : after(clearForMinutes),
    again: repeatHours === 0 ? 'never' : after(repeatHours * 60),
  };
}

export const SINK_KINDS: Readonly<Record<string, string>> = {
  log: 'the daemon’s log',
  webhook: 'webhook',
  slack: 'Slack',
  teams: 'Microsoft Teams',
  mail: 'mail',
  mqtt: 'MQTT',
  'butler-webhook': 'Butler’s webhook',
  'butler-mqtt': 'Butler’s MQTT',
};

export interface Standing {
  readonly word: string;
  readonly tone: 'good' | 'warn' | 'accent' | 'plain';
}

/** Whether a sink takes what it is sent. */
export function standingOf({ problem, waiting, delivered }: Pick<Sink, 'problem' | 'waiting' | 'delivered'>): Standing {
  if (problem !== null) return { word: 'not reached', tone: 'warn' };
  if (waiting > 0) return { word: 'on its way', tone: 'accent' };
  return delivered > 0 ? { word: 'takes messages', tone: 'good' } : { word: 'nothing sent yet', tone: 'plain' };
}
