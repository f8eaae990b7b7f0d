import { describe, expect, it } from 'vitest';
import type { Change, Draft, Policy, Session, View } from '../engine/types.js';
import { differenceOf, readPlan, readTable } from './exported.js';
import { Tester, outcomeOf, type Trial } from './trials.js';

const change = (more: Partial<Change>): Change => ({ kind: 'number', what: '', verdict: 'release', rule: '', gates: [], ...more });
const trial = (standing: Trial['standing'], gate?: string): Trial => ({ standing, gate });

describe('what a change would do', () => {
  it('is not promised before it is known', () => {
    expect(outcomeOf(change({}), undefined)).toBe('the policy releases it; the limit of its type or a gate of the run may still hold it');
  });

  it('is what becomes of the seat', () => {
    expect(outcomeOf(change({}), trial('released'))).toBe('the seat goes');
    expect(outcomeOf(change({}), trial('held', 'cap'))).toBe('the policy releases it, and the gate `cap` holds it');
    expect(outcomeOf(change({}), trial('later'))).toBe('the policy releases it, and leaves it for a later run');
    expect(outcomeOf(change({ gates: ['min-idle'] }), undefined)).toContain('the guard keeps it (`min-idle`)');
    expect(outcomeOf(change({ verdict: 'keep' }), undefined)).toBe('the policy keeps the seat');
  });

  it('is asked of a session of its own, for the changes that leave it open', async () => {
    const asked: (readonly [string, number | undefined])[] = [];
    const session = {
      close: () => undefined,
      view: (draft: string, now?: number): Promise<View> => {
        asked.push([draft, now]);
        const held = asked.length > 1;
        return Promise.resolve({
          result: { gateNames: ['cap'], fault: undefined },
          columns: { standings: Uint8Array.of(0, held ? 2 : 1), gates: Uint8Array.of(255, held ? 0 : 255) },
        } as unknown as View);
      },
    } as unknown as Session;
    let opened = 0;
    const tester = new Tester({ open: () => ((opened += 1), Promise.resolve(session)) });
    const draft = { licenseType: { analyzer: { enable: true, releaseThresholdDays: 90 } } } as unknown as Draft;
    const start = { policy: {} as Policy, snapshot: new Uint8Array(), draft, now: 7 };
    const pointer = '/licenseType/analyzer/releaseThresholdDays';
    const changes = [change({ kind: 'time', at: 9 }), change({ verdict: 'keep' }), change({ pointer, value: '41' })];
    const trials = await tester.tryAll(start, 1, changes, { ontrial: () => undefined, signal: new AbortController().signal });
    expect([...trials]).toEqual([[0, trial('released')], [2, trial('held', 'cap')]]);
    expect(asked).toEqual([[JSON.stringify(draft), 9], [JSON.stringify(draft).replace('90', '41'), 7]]);
    expect(opened).toBe(1);
  });
});

describe('an exported file', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('tells its releases and how the policy failed', () => {
    const plan = { releases: [], faults: [{ kind: 'contract', detail: 'too long', licenseId: 'a' }] };
    expect(readPlan(bytes(JSON.stringify(plan)))).toEqual({ releases: 0, fault: 'contract: too long' });
    expect(readTable(bytes('a,released,heldBy\r\nx,true,\r\ny,false,cap\r\nz,true,\r\n')).releases).toBe(2);
  });

  it('is set against what the page says', () => {
    expect(differenceOf('plan.json', { releases: 5, fault: undefined }, 5)).toBeUndefined();
    expect(differenceOf('plan.json', { releases: 0, fault: undefined }, 1_091)).toContain('releases 0, and the page says 1,091');
  });
});
