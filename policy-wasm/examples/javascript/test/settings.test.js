import assert from 'node:assert/strict';
import { test } from 'node:test';

import { policy } from '../src/component.js';
import { RUN, SETTINGS } from './cases.js';

/** The places of all errors, in order. */
function check(settings, ...expected) {
  const json = typeof settings === 'string' ? settings : JSON.stringify(settings);
  let errors = [];
  try {
    policy.Evaluator.configure(json, RUN);
  } catch (thrown) {
    errors = thrown;
  }
  assert.deepEqual(errors.map(({ path }) => path), expected);
  assert.ok(errors.every(({ message }) => /^[a-z`]/.test(message)), JSON.stringify(errors));
}

test('good settings have no errors', () => {
  check({});
  check(SETTINGS);
  check({ neverUsedDays: 0, keepTags: [], keepProperties: [{ name: 'a', value: '' }] });
});

test('what is no object of settings is refused as a whole', () => {
  for (const settings of ['', '{', 'null', '[]', '1', '"idleDays"']) {
    check(settings, '');
  }
});

test('everything that is wrong is reported at once, each with its place', () => {
  const settings = {
    idleDays: { analyzer: 0, professional: 30.5, user: '30', capacity: 30 },
    neverUsedDays: -1,
    keepTags: ['ok', ' ', 5],
    keepProperties: [{ name: 'a' }, { name: '', value: 1 }, 'x', { name: 'a', value: 'b', 'x/y~z': 1 }],
    keepUntilProperty: '',
    idledays: {},
  };
  check(
    settings,
    '/idleDays/analyzer',
    '/idleDays/professional',
    '/idleDays/user',
    '/idleDays/capacity',
    '/neverUsedDays',
    '/keepTags/1',
    '/keepTags/2',
    '/keepProperties/0',
    '/keepProperties/1/name',
    '/keepProperties/1/value',
    '/keepProperties/2',
    '/keepProperties/3/x~1y~0z',
    '/keepUntilProperty',
    '/idledays',
  );
});

test('a list of something else is no list', () => {
  check({ keepTags: 'tag', keepProperties: {}, idleDays: [] }, '/keepTags', '/keepProperties', '/idleDays');
});

test('names that every object has are no settings', () => {
  check('{"__proto__": {}, "constructor": 1, "toString": 1}', '/__proto__', '/constructor', '/toString');
});

test('a bug says that it is one, and is no silent refusal', () => {
  assert.throws(
    () => policy.Evaluator.configure('{}', undefined),
    (errors) => errors.length === 1 && errors[0].message.startsWith('the policy has a bug: TypeError'),
  );
});

test('the schema is an object that knows every setting', () => {
  const schema = JSON.parse(policy.describe().settingsSchema);
  assert.deepEqual(Object.keys(schema.properties).sort(), Object.keys(SETTINGS).sort());
});
