import { describe, expect, it } from 'vitest';
import { TYPES, TYPE_LABELS, peopleOf, piecesOf, textOf, type Entry } from './sentences.js';

const PLAN = `sha256:${'7dbfc5464944'.padEnd(64, '0')}`;
const JDOE = { reference: 'p:1', userDirectory: 'ACME', userId: 'jdoe' };
const entry = (type: string, more: Partial<Entry> = {}): Entry => ({
  seq: 1,
  at: '2026-11-22T15:00:00Z',
  hash: 'sha256:0',
  by: null,
  run: null,
  licenseId: null,
  licenseType: null,
  people: [],
  peopleCount: 0,
  detail: '',
  type,
  ...more,
});
const ofSeat: Partial<Entry> = { run: 6, licenseId: 'id', licenseType: 'analyzer', people: [JDOE], peopleCount: 1 };

describe('an entry of the ledger', () => {
  it.each([
    [entry('paused', { by: 'anna (token)', detail: 'audit' }), 'anna (token) paused all releases'],
    [entry('resumed', { by: 'anna (token)' }), 'anna (token) let releases go on'],
    [entry('plan-made', { detail: `plan ${PLAN} with 91 releases` }), 'A plan was made'],
    [entry('protected', { by: 'anna', people: [JDOE], peopleCount: 1, detail: 'for good: leave' }), 'anna protected ACME\\jdoe'],
    [entry('unprotected', { by: 'anna', people: [JDOE], peopleCount: 1 }), 'anna ended the protection of ACME\\jdoe'],
    [entry('run-started', { by: 'the daemon of x', run: 6, peopleCount: 96, detail: '96 seats' }), 'the daemon of x began run 6'],
    [entry('run-finished', { run: 6 }), 'Run 6 ended'],
    [entry('release-settled', { ...ofSeat, detail: 'freed' }), 'The Analyzer seat of ACME\\jdoe is settled in run 6'],
    [entry('bounced', { ...ofSeat, detail: 'the person holds a seat again, without an undo' }), 'ACME\\jdoe holds a seat again without an undo in run 6'],
    [entry('of-the-future', { detail: 'something' }), 'of-the-future'],
  ])('is a sentence: %#', (of, text) => {
    expect(textOf(of)).toBe(text);
  });

  it('names a person, or how many', () => {
    expect(peopleOf({ people: [JDOE], peopleCount: 96 })).toBe('96 people');
    expect(peopleOf({ people: [{ reference: 'p:1', userDirectory: null, userId: null }], peopleCount: 1 })).toBe('an erased person');
  });

  it('has plans, digests and times among its details', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    expect(piecesOf(`plan ${PLAN} with 91 releases, expires at 2026-11-29T15:15:48.597Z`)).toEqual([
      { kind: 'text', text: 'plan ' },
      { kind: 'plan', text: PLAN },
      { kind: 'text', text: ' with 91 releases, expires at ' },
      { kind: 'time', text: '2026-11-29T15:15:48.597Z' },
    ]);
    expect(piecesOf(digest)).toEqual([{ kind: 'digest', text: digest }]);
    expect(piecesOf('')).toEqual([]);
    expect(piecesOf('<b>plan sha256:abc</b>')).toEqual([{ kind: 'text', text: '<b>plan sha256:abc</b>' }]);
  });

  it('has a name for each of its types', () => {
    expect(Object.keys(TYPE_LABELS)).toEqual(TYPES);
  });
});
