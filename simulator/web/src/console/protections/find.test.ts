import { describe, expect, it } from 'vitest';
import { protectionOf } from './find.js';

const one = (userId: string | null, isExpired = false) => ({ by: 'anna', note: '', since: '', until: null, userDirectory: userId === null ? null : 'ACME', userId, isExpired });

describe('the protection of a person', () => {
  it('is found whatever the case of the account', () => {
    expect(protectionOf([one('x'), one('JDoe')], 'acme\\jdoe')?.userId).toBe('JDoe');
  });

  it('is none when it ended, or the person was erased', () => {
    expect(protectionOf([one('jdoe', true), one(null)], 'ACME\\jdoe')).toBeUndefined();
    expect(protectionOf([one(null)], '\\')).toBeUndefined();
  });
});
