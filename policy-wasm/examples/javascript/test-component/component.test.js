/**
 * The component answers as the module does. Build it first: `npm run build`.
 */

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';

import { transpile } from '@bytecodealliance/jco';

import { CASES, DAY, NOW, person, RUN, seat, SETTINGS } from '../test/cases.js';
import { policy as written } from '../src/component.js';

const CONTRACT = 'steward:policy/policy@1.0.0';
const RANDOM_SEATS = 500;

const here = (relative) => new URL(relative, import.meta.url);
const component = await readFile(process.env.POLICY_COMPONENT ?? here('../idle-by-type.wasm'));
const { files, imports } = await transpile(component, { name: 'policy', instantiation: 'sync', nodejsCompat: false });
const compiled = new Map();
for (const [name, bytes] of Object.entries(files)) {
  const file = here(`../generated/component/${name}`);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, bytes);
  if (name.endsWith('.wasm')) {
    compiled.set(name, new WebAssembly.Module(bytes));
  }
}
const { instantiate } = await import(here('../generated/component/policy.js'));

/** The exports of a new instance. */
const built = () => instantiate((name) => compiled.get(name), {})[CONTRACT];

const configured = (policy, settings = SETTINGS) => policy.Evaluator.configure(JSON.stringify(settings), RUN);

/** A member that is missing is one that is undefined. */
const decided = (evaluator, seat) => ({ flipsAt: undefined, ...evaluator.decide(seat) });

/** The same numbers every time. */
function* numbers(seed) {
  for (let state = BigInt(seed); ; ) {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    yield Number(state >> 33n);
  }
}

function* randomSeats(count) {
  const next = numbers(1);
  const pick = (...choices) => choices[next.next().value % choices.length];
  const date = () => NOW + BigInt(pick(-1, 1) * (next.next().value % 200)) * DAY + BigInt(pick(-1, 0, 1));
  const deleted = { userDirectory: '', userId: 'ü' };
  for (let n = 0; n < count; n++) {
    const owner = person({
      tags: pick([], ['Finance'], ['keep LICENCE', 'a'], ['straße'], ['\u{1F984}'.repeat(50)]),
      customProperties: pick(
        [],
        [{ name: 'licence', value: 'ALWAYS' }],
        [{ name: 'KeepUntil', value: pick('2027-02-01', '2026-12-24', 'soon', '2028-02-30') }],
      ),
    });
    yield seat({
      licenseType: pick('analyzer', 'professional', 'user'),
      allocatedAt: pick(date(), undefined),
      lastUse: pick({ tag: 'at', val: date() }, { tag: 'never' }, { tag: 'unknown' }),
      quarantined: pick(true, false, false, false),
      owner: pick(owner, owner, owner, { tag: 'unresolved' }, { tag: 'deleted', val: deleted }),
    });
  }
}

test('it imports nothing', () => {
  assert.deepEqual(imports, []);
});

test('it describes itself as the module does', () => {
  assert.deepEqual(built().describe(), written.describe());
});

test('it decides every case as the module does', () => {
  const evaluator = configured(built());
  for (const [name, candidate, expected] of CASES) {
    const decision = decided(evaluator, candidate);
    assert.equal(decision.rule, expected.rule, name);
    assert.deepEqual(decision, decided(configured(written), candidate), name);
  }
});

test('random seats are decided as the module decides them, by an old instance and by a new one', () => {
  const seats = [...randomSeats(RANDOM_SEATS)];
  const ask = (evaluator) => seats.map((seat) => [decided(evaluator, seat), evaluator.explain(seat)]);
  const old = configured(built());
  const answers = ask(old);
  assert.deepEqual(answers, ask(configured(written)));
  assert.deepEqual(ask(old), answers);
  assert.deepEqual(ask(configured(built())), answers);
});

test('the order of the seats does not matter', () => {
  const seats = [...randomSeats(RANDOM_SEATS)];
  const evaluator = configured(built());
  const forwards = seats.map((seat) => evaluator.decide(seat).rule);
  const backwards = seats.toReversed().map((seat) => evaluator.decide(seat).rule);
  assert.deepEqual(backwards.toReversed(), forwards);
});

test('it refuses bad settings with their places', () => {
  assert.throws(
    () => configured(built(), { idleDays: { analyzer: 0 }, idledays: {} }),
    ({ payload }) => payload.map(({ path }) => path).join(' ') === '/idleDays/analyzer /idledays',
  );
});
