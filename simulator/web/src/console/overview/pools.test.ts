import { describe, expect, it } from 'vitest';
import { curveOf, poolsOf, typesOf } from './pools.js';

const figures = { allocated: 10, available: 2, quarantined: 1, excess: 0, total: 13 };

describe('pools', () => {
  it('are those that people hold seats of', () => {
    const pools = poolsOf({ pools: [{ accessType: 'analyzer', figures }, { accessType: 'analyzer_capacity', figures: { used_minutes: 3 } }] });
    expect(pools).toEqual([{ licenseType: 'analyzer', ...figures }]);
  });

  it('have a total though the server counts none', () => {
    const [pool] = poolsOf({ pools: [{ accessType: 'token_user', figures: { allocated: 3, available: 1 } }] });
    expect([pool?.licenseType, pool?.total]).toEqual(['user', 4]);
  });

  it('have a past', () => {
    const readings = [
      { at: '2026-11-01T00:00:00Z', accessType: 'analyzer', figures },
      { at: '2026-11-01T00:00:00Z', accessType: 'professional', figures },
      { at: '2026-11-02T00:00:00Z', accessType: 'analyzer', figures: { allocated: 9, total: 13 } },
    ];
    expect(typesOf(readings)).toEqual(['analyzer', 'professional']);
    expect(curveOf(readings, 'analyzer')).toEqual({ x: [Date.parse('2026-11-01'), Date.parse('2026-11-02')], allocated: [10, 9], total: [13, 13] });
  });
});
