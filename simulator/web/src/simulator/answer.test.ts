import { describe, expect, it } from 'vitest';
import { SimulatorError } from '../engine/errors.js';
import { Answer } from './answer.svelte.js';

/** A question that is answered from outside. */
function question() {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((done) => (resolve = done));
  return { ask: () => promise, resolve };
}

describe('an answer', () => {
  it('is the one to the newest question, whatever comes last', async () => {
    const answer = new Answer<string>();
    const [old, young] = [question(), question()];
    const asked = [answer.ask(old.ask), answer.ask(young.ask)];
    young.resolve('young');
    old.resolve('old');
    await Promise.all(asked);
    expect(answer.value).toBe('young');
    expect(answer.asking).toBe(false);
  });

  it('stays in sight, as stale, until the next one is there', async () => {
    const answer = new Answer<string>();
    await answer.ask(() => Promise.resolve('first'));
    const next = question();
    const asked = answer.ask(next.ask);
    expect([answer.value, answer.stale]).toEqual(['first', true]);
    next.resolve('second');
    await asked;
    expect([answer.value, answer.stale]).toEqual(['second', false]);
  });

  it('stays beside the problem of a failed question', async () => {
    const answer = new Answer<string>();
    await answer.ask(() => Promise.resolve('good'));
    await answer.ask(() => Promise.reject(new SimulatorError({ kind: 'fault', fault: { kind: 'trap', detail: 'x' } })));
    expect(answer.value).toBe('good');
    expect(answer.problem?.kind).toBe('fault');
    expect(answer.stale).toBe(true);
  });

  it('ignores questions that were superseded in the engine', async () => {
    const answer = new Answer<string>();
    await answer.ask(() => Promise.reject(new SimulatorError({ kind: 'superseded' })));
    expect(answer.problem).toBeUndefined();
  });

  it('takes any other failure for a bug', async () => {
    const answer = new Answer<string>();
    await answer.ask(() => Promise.reject(new TypeError('oh')));
    expect(answer.problem).toEqual({ kind: 'broken', detail: 'oh' });
  });

  it('is nothing after it was cleared, even when the old question is answered', async () => {
    const answer = new Answer<string>();
    const old = question();
    const asked = answer.ask(old.ask);
    answer.clear();
    old.resolve('old');
    await asked;
    expect([answer.value, answer.asking]).toEqual([undefined, false]);
  });
});
