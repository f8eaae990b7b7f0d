import { describe, expect, it } from 'vitest';
import { policyLines } from './lines.js';

describe('the settings of a policy', () => {
  it('are lines with the names that the policy gave them', () => {
    const settings = {
      licenseType: { analyzer: { enable: true, releaseThresholdDays: 30 } },
      neverRelease: { tag: ['a', 'b'], user: [{ userDir: 'INTERNAL', userId: 'sa_api' }], customProperty: [{ name: 'p', value: 'v' }] },
      odd: [{ x: 1 }],
      nothing: null,
    };
    expect(policyLines(settings)).toEqual([
      { name: 'License type · Analyzer · Enable', value: 'yes' },
      { name: 'License type · Analyzer · Release threshold days', value: '30' },
      { name: 'Never release · Tag', value: ['a', 'b'] },
      { name: 'Never release · User', value: ['INTERNAL\\sa_api'] },
      { name: 'Never release · Custom property', value: ['p = v'] },
      { name: 'Odd', value: ['{"x":1}'] },
      { name: 'Nothing', value: 'null' },
    ]);
  });
});
