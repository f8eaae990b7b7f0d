import { describe, expect, it } from 'vitest';
import { parseRoute } from '../shell/route.js';
import { accountOf, auditAddress, costAddress, planAddress, readAuditFilter, readDecisionFilter, readMonth, runAddress, splitAccount } from './routes.js';

const parametersOf = (address: string) => parseRoute(address).parameters;

describe('the address of decisions', () => {
  it.each([
    [{}],
    [{ verdict: 'release', rule: 'idle', licenseType: 'analyzer' }],
    [{ released: false, held: true, gate: 'cap', sort: 'idle-days', descending: true }],
    [{ search: 'a&b=c?#/\\ü💥' }],
  ] as const)('comes back as the filter that it was made of: %j', (filter) => {
    const address = planAddress('sha256:7dbf', filter);
    expect(parseRoute(address).path).toEqual(['console', 'plans', 'sha256:7dbf']);
    expect(readDecisionFilter(parametersOf(address))).toEqual(filter);
  });

  it('passes over what is no filter', () => {
    expect(readDecisionFilter(new URLSearchParams('verdict=perhaps&sort=x&released=1&rule='))).toEqual({});
  });

  it('cuts a search that no address should carry', () => {
    expect(readDecisionFilter(new URLSearchParams({ search: 'x'.repeat(10_000) })).search).toHaveLength(200);
  });
});

describe('the address of the audit', () => {
  it('comes back as the filter that it was made of', () => {
    const filter = { person: 'ACME\\jdoe', type: 'armed', run: 7, since: '2026-01-01T00:00:00Z' };
    expect(readAuditFilter(parametersOf(auditAddress(filter)))).toEqual(filter);
    expect(readAuditFilter(new URLSearchParams('run=-1'))).toEqual({});
  });
});

describe('an account', () => {
  it('is cut at its first separator', () => {
    expect(splitAccount('ACME\\a\\b')).toEqual({ userDirectory: 'ACME', userId: 'a\\b' });
    expect(splitAccount('ACME/jdoe')).toEqual({ userDirectory: 'ACME', userId: 'jdoe' });
    expect(splitAccount('jdoe')).toEqual({ userDirectory: '', userId: 'jdoe' });
    expect(accountOf({ userDirectory: 'A', userId: '' })).toBe('');
  });
});

it('has a run with the outcome that is shown', () => {
  expect(runAddress(3)).toBe('#/console/runs/3');
  expect(runAddress(3, 'freed')).toBe('#/console/runs/3?outcome=freed');
});

it('has the month whose cost is shown', () => {
  expect(readMonth(parametersOf(costAddress('2026-10')))).toBe('2026-10');
  expect([readMonth(new URLSearchParams()), readMonth(new URLSearchParams('month=<b>'))]).toEqual([undefined, undefined]);
});
