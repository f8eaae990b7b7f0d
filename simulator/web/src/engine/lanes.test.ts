import { describe, expect, it } from 'vitest';
import { SimulatorError, isSuperseded } from './errors.js';
import { Lanes, type Steps } from './lanes.js';
import { coarseFirst } from './session.js';

/** A request of some steps that notes when it takes one. */
async function* steps(name: string, count: number, log: string[]): Steps<string> {
  for (let step = 1; step <= count; step += 1) {
    await Promise.resolve();
    log.push(`${name}${step}`);
    if (step < count) yield;
  }
  return name;
}

describe('requests', () => {
  it('are answered one after the other, the more important ones first', async () => {
    const log: string[] = [];
    const lanes = new Lanes();
    const sweep = lanes.request('sweep', () => steps('s', 3, log));
    const plan = lanes.request('plan', () => steps('p', 1, log));
    const view = lanes.request('view', () => steps('v', 2, log));
    expect(await Promise.all([sweep, plan, view])).toEqual(['s', 'p', 'v']);
    // The sweep had begun when the others came.
    expect(log).toEqual(['s1', 'v1', 'v2', 'p1', 's2', 's3']);
  });

  it('of the same sort supersede each other, and take no further step', async () => {
    const log: string[] = [];
    const lanes = new Lanes();
    const old = lanes.request('view', () => steps('a', 5, log));
    await Promise.resolve();
    const older = old.then(
      () => 'answered',
      (error: unknown) => (isSuperseded(error) ? 'superseded' : 'failed'),
    );
    expect(await lanes.request('view', () => steps('b', 2, log))).toBe('b');
    expect(await older).toBe('superseded');
    expect(log.filter((step) => step.startsWith('a')).length).toBeLessThanOrEqual(1);
  });

  it('that fail do not stop the others', async () => {
    const lanes = new Lanes();
    const failing = lanes.request('rows', async function* (): Steps<never> {
      throw new SimulatorError({ kind: 'broken', detail: 'test' });
    });
    const view = lanes.request('explain', () => steps('e', 1, []));
    await expect(failing).rejects.toThrow('the engine failed: test');
    expect(await view).toBe('e');
  });

  it('that were begun fail with their worker, the others go on', async () => {
    const lanes = new Lanes();
    const log: string[] = [];
    const begun = lanes.request('sweep', () => steps('s', 9, log));
    begun.catch(() => undefined);
    while (log.length === 0) await Promise.resolve();
    const waiting = lanes.request('timeline', () => steps('t', 1, log));
    lanes.fail(new SimulatorError({ kind: 'broken', detail: 'the worker is gone' }));
    await expect(begun).rejects.toThrow('the worker is gone');
    expect(await waiting).toBe('t');
  });

  it('are refused after the end', async () => {
    const lanes = new Lanes();
    const open = lanes.request('view', () => steps('v', 3, []));
    lanes.close();
    await expect(open).rejects.toThrow('closed');
    await expect(lanes.request('view', () => steps('v', 1, []))).rejects.toThrow('closed');
  });
});

describe('the values of a sweep', () => {
  it('come with the ends and the middles first, each once', () => {
    expect(coarseFirst([1, 2, 3, 4, 5])).toEqual([1, 5, 3, 2, 4]);
    for (const count of [0, 1, 2, 3, 7, 365]) {
      const values = Array.from({ length: count }, (_, index) => index);
      expect([...coarseFirst(values)].sort((a, b) => a - b)).toEqual(values);
    }
  });
});
