import { describe, expect, it } from 'vitest';
import { TOPICS, topicsOf } from './topics.js';

describe('what is read again', () => {
  it('is everything when a stream begins', () => {
    expect(topicsOf({ type: 'hello', daemon: 'sha256:0', entries: 3 })).toEqual(TOPICS);
  });

  it('is alerts when one of them, a silence or a sink changed', () => {
    expect(topicsOf({ type: 'alerts' })).toEqual(['alerts']);
  });

  it.each([
    ['run-finished', ['audit', 'status', 'runs', 'plans', 'pools']],
    ['plan-made', ['audit', 'status', 'plans']],
    ['policy-activated', ['audit', 'status', 'policies']],
    ['protected', ['audit', 'status', 'protections']],
    ['something-new', ['audit', 'status']],
  ])('follows from an entry of the type %s', (type, topics) => {
    expect(topicsOf({ type: 'ledger', entries: 9, types: [type] })).toEqual(topics);
  });
});
