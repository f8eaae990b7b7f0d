import assert from 'node:assert/strict';
import { test } from 'node:test';

import { policy } from '../src/component.js';
import { CASES, DAY, NOW, person, RUN, seat, SETTINGS } from './cases.js';

const configured = (settings) => policy.Evaluator.configure(JSON.stringify(settings), RUN);
const bytes = (text) => new TextEncoder().encode(text).length;

for (const [name, candidate, expected] of CASES) {
  test(name, () => {
    const { verdict, rule, reason, priority, flipsAt } = configured(SETTINGS).decide(candidate);
    assert.deepEqual({ verdict, rule, flipsAt }, { verdict: 'keep', flipsAt: undefined, ...expected }, reason);
    assert.equal(priority, 0);
  });

  test(`the explanation agrees: ${name}`, () => {
    const outcomes = configured(SETTINGS).explain(candidate);
    const decided =
      outcomes.find(({ outcome }) => outcome === 'keeps') ?? outcomes.find(({ outcome }) => outcome === 'releases');
    assert.equal(decided.rule, expected.rule);
    assert.equal(decided.evidence, configured(SETTINGS).decide(candidate).reason);
  });
}

test('every rule but the impossible one decides some case', () => {
  const decided = new Set(CASES.map(([, , { rule }]) => rule));
  const described = policy.describe().rules.map(({ id }) => id);
  assert.deepEqual(new Set(described.filter((id) => id !== 'undecided')), decided);
});

test('a verdict turns at its flip date and not before', () => {
  for (const [name, candidate, { flipsAt }] of CASES.filter(([, , { flipsAt }]) => flipsAt !== undefined)) {
    const at = (now) => policy.Evaluator.configure(JSON.stringify(SETTINGS), { now, pools: [] }).decide(candidate);
    assert.equal(at(flipsAt - 1n).verdict, 'keep', name);
    assert.equal(at(flipsAt).verdict, 'release', name);
  }
});

test('without settings nothing is released', () => {
  assert.ok(CASES.every(([, candidate]) => configured({}).decide(candidate).verdict === 'keep'));
});

test('without days of their own, seats that were never used have the idle days of their type', () => {
  const evaluator = configured({ idleDays: { analyzer: 30 } });
  const allocated = (days) => seat({ lastUse: { tag: 'never' }, allocatedAt: NOW - days * DAY });
  assert.equal(evaluator.decide(allocated(29n)).verdict, 'keep');
  assert.equal(evaluator.decide(allocated(30n)).verdict, 'release');
});

test('a reason with long names stays within what a plan carries', () => {
  const long = '🦄'.repeat(1000);
  const evaluator = configured({ ...SETTINGS, keepTags: [long], keepProperties: [{ name: long, value: long }] });
  const tagged = evaluator.decide(seat({ owner: person({ tags: [long] }) }));
  const marked = evaluator.decide(seat({ owner: person({ customProperties: [{ name: long, value: long }] }) }));
  assert.equal(tagged.rule, 'keep-tag');
  assert.equal(marked.rule, 'keep-property');
  assert.ok(bytes(tagged.reason) <= 500 && bytes(marked.reason) <= 500);
});

test('there is no quota', () => {
  assert.equal(configured(SETTINGS).quota('analyzer'), undefined);
});

test('neither clock nor dice can be had', () => {
  for (const call of [() => Date.now(), () => new Date(), () => Date(), () => Math.random()]) {
    assert.throws(call, /a policy has no/);
  }
  assert.equal(new Date(0).toISOString(), '1970-01-01T00:00:00.000Z');
});
