import { describe, expect, it } from 'vitest';
import { allCovers, coversOf } from './silencing.js';
import type { AlertNow, AlertRule, PastAlert, Silence } from './types.js';
import { coverOf, firingOf, lookOf, ordered, pastWords, patienceOf, silenceOf, standingOf, toldOf } from './words.js';

const alert = (key: string, more: Partial<AlertNow> = {}): AlertNow => ({
  key,
  rule: key.split(':')[0] ?? '',
  subject: key.split(':')[1] ?? '',
  phase: 'firing',
  severity: 'warning',
  title: '',
  facts: '',
  nextStep: '',
  beganAt: '2026-11-20T00:00:00.000Z',
  firedAt: '2026-11-20T01:00:00.000Z',
  repeats: 0,
  silencedBy: [],
  ...more,
});
const rule = (name: string, more: Partial<AlertRule> = {}): AlertRule => ({
  rule: name,
  title: `Title of ${name}`,
  severity: 'warning',
  enable: true,
  forMinutes: 0,
  clearForMinutes: 0,
  repeatHours: 24,
  ...more,
});
const silence = (id: string, until: string): Silence => ({ id, rule: null, subject: null, by: 'anna', note: '', from: '2026-11-20T00:00:00.000Z', until });
const past = (more: Partial<PastAlert> = {}): PastAlert => ({
  ...alert('run-held'),
  firedAt: '2026-11-20T01:00:00.000Z',
  resolvedAt: '2026-11-23T05:30:00.000Z',
  wasMuted: false,
  ...more,
});

describe('the order of alerts', () => {
  it('has the worst on top, silenced ones below, and pending ones at the end', () => {
    const alerts = [
      alert('pending', { phase: 'pending', severity: 'critical', firedAt: null }),
      alert('silenced', { severity: 'critical' }),
      alert('info', { severity: 'info' }),
      alert('older', { severity: 'critical', firedAt: '2026-11-01T00:00:00.000Z' }),
      alert('newer', { severity: 'critical' }),
      alert('warning'),
    ];
    const silenced = [{ ...silence('a', '2026-12-01T00:00:00.000Z'), rule: 'silenced' }];
    const keys = ['newer', 'older', 'warning', 'info', 'silenced', 'pending'];
    expect(ordered(alerts, silenced).map(({ key }) => key)).toEqual(keys);
    expect(ordered([...alerts].reverse(), silenced).map(({ key }) => key)).toEqual(keys);
  });

  it('is the same whatever the order of the answer', () => {
    const [a, b] = [alert('a'), alert('b')];
    expect(ordered([b, a], [])).toEqual(ordered([a, b], []));
  });
});

describe('what fires', () => {
  it('counts silenced ones, and lets others decide how bad it is', () => {
    const alerts = [alert('a', { severity: 'critical' }), alert('b'), alert('c', { phase: 'pending', severity: 'critical' })];
    const silences = [{ ...silence('x', '2026-12-01T00:00:00.000Z'), rule: 'a' }];
    expect(firingOf({ alerts, silences })).toEqual({ count: 2, worst: 'warning', critical: [] });
    expect(firingOf({ alerts, silences: [] }).critical.map(({ key }) => key)).toEqual(['a']);
  });

  it('is nothing when nothing is wrong', () => {
    expect(firingOf({ alerts: [], silences: [] })).toEqual({ count: 0, worst: undefined, critical: [] });
  });

  it('has a word for each severity, not only a colour', () => {
    expect((['critical', 'warning', 'info'] as const).map((one) => lookOf(one).word)).toEqual(['critical', 'warning', 'for information']);
  });
});

describe('a silence', () => {
  const of = (id: string, until: string, rule: string | null, subject: string | null): Silence => ({ ...silence(id, until), rule, subject });
  const silences = [
    of('pool', '2026-11-23T00:00:00.000Z', 'low-availability', 'Analyzer'),
    of('rule', '2026-11-25T00:00:00.000Z', 'low-availability', null),
    of('other', '2026-12-25T00:00:00.000Z', 'run-held', null),
    of('elsewhere', '2026-12-25T00:00:00.000Z', null, 'professional'),
  ];

  it('of an alert is the one that covers it and ends last', () => {
    expect(silenceOf(alert('low-availability:analyzer'), silences)?.id).toBe('rule');
    expect(silenceOf(alert('low-availability:analyzer'), silences.slice(0, 1))?.id).toBe('pool');
    expect(silenceOf(alert('low-availability:user'), silences.slice(0, 1))).toBeUndefined();
    expect(silenceOf(alert('data-stale'), silences)).toBeUndefined();
  });

  it('of everything covers everything', () => {
    expect(silenceOf(alert('data-stale'), [of('all', '2026-12-25T00:00:00.000Z', null, null)])?.id).toBe('all');
  });

  it('that muted an alert and is over silences it no more', () => {
    expect(silenceOf(alert('run-failed', { silencedBy: ['gone'] }), silences)).toBeUndefined();
  });

  it.each([
    [{ rule: null, subject: null }, 'All alerts'],
    [{ rule: 'run-held', subject: null }, 'Title of run-held'],
    [{ rule: 'run-held', subject: '' }, 'Title of run-held'],
    [{ rule: 'run-held', subject: 'analyzer' }, 'Title of run-held (analyzer)'],
    [{ rule: 'gone', subject: 'x' }, 'gone (x)'],
  ])('about %j is called %s', (cover, words) => {
    expect(coverOf(cover, [rule('run-held')])).toBe(words);
  });
});

describe('what can be silenced', () => {
  const rules = [rule('low-availability'), rule('run-held'), rule('off', { enable: false })];

  it('is an alert, or its whole rule', () => {
    const covers = coversOf(alert('low-availability:analyzer'), rules);
    expect(covers.map(({ cover }) => cover)).toEqual([{ rule: 'low-availability', subject: 'analyzer' }, { rule: 'low-availability', subject: null }]);
    expect(coversOf(alert('run-held'), rules).map(({ cover }) => cover)).toEqual([{ rule: 'run-held', subject: null }]);
  });

  it('is everything, last, and no rule that is off', () => {
    const covers = allCovers([alert('low-availability:analyzer'), alert('run-held')], rules);
    expect(covers.map(({ label }) => label)).toEqual([
      'Title of low-availability (analyzer)',
      'Title of low-availability',
      'Title of run-held',
      'All alerts',
    ]);
    expect(new Set(covers.map(({ value }) => value)).size).toBe(4);
  });
});

describe('how often a firing alert was told', () => {
  it('is not known when a silence muted it', () => {
    expect(toldOf(alert('a'), true)).toBe('told once');
    expect(toldOf(alert('a', { silencedBy: ['x'] }), true)).toBeUndefined();
    expect(toldOf(alert('a', { silencedBy: ['x'], repeats: 2 }), true)).toBe('told 3 times');
  });

  it('is never without a sink', () => {
    expect(toldOf(alert('a'), false)).toMatch(/nobody is told/);
  });
});

describe('an alert that is over', () => {
  it('says how long it fired and how often it was told', () => {
    expect(pastWords(past())).toEqual({ lasted: '3 days 4 hours', told: 'told once', wasMuted: false });
    expect([1, 2].map((repeats) => pastWords(past({ repeats })).told)).toEqual(['told twice', 'told 3 times']);
  });

  it('says when nobody was told', () => {
    expect(pastWords(past({ wasMuted: true, silencedBy: ['x'] })).told).toMatch(/^nobody was told/);
    expect(pastWords(past({ silencedBy: ['x'] })).told).toBe('told once, silenced for a while');
  });
});

it('a rule says how patient it is', () => {
  expect(patienceOf(rule('x'))).toEqual({ fires: 'at once', ends: 'at once', again: 'after 1 day' });
  expect(patienceOf(rule('x', { forMinutes: 30, clearForMinutes: 720, repeatHours: 0 }))).toEqual({ fires: 'after 30 minutes', ends: 'after 12 hours', again: 'never' });
});

it('a sink says whether it takes what it is sent', () => {
  const sink = { waiting: 0, delivered: 0, problem: null };
  expect(standingOf(sink).word).toBe('nothing sent yet');
  expect(standingOf({ ...sink, delivered: 1 }).tone).toBe('good');
  expect(standingOf({ ...sink, delivered: 1, waiting: 2 }).word).toBe('on its way');
  expect(standingOf({ ...sink, delivered: 1, waiting: 2, problem: 'connection refused' }).tone).toBe('warn');
});
