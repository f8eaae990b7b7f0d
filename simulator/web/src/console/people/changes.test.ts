import { describe, expect, it } from 'vitest';
import { whatWouldChange } from './changes.js';

const rule = (name: string, outcome: 'keeps' | 'releases' | 'passes') => ({ rule: name, outcome, evidence: '' });
const decision = (verdict: 'keep' | 'release', of: string, flipsAt: string | null = null) => ({ verdict, rule: of, flipsAt });

describe('what would change a seat that stays', () => {
  it('is its only keeper', () => {
    const seat = { released: false, held: [], decision: decision('keep', 'tag'), rules: [rule('tag', 'keeps'), rule('idle', 'releases')] };
    expect(whatWouldChange(seat)).toEqual(['Only the rule `tag` keeps the seat; without it `idle` would release it.']);
  });

  it('is not one of several keepers', () => {
    const seat = { released: false, held: [], decision: decision('keep', 'tag'), rules: [rule('tag', 'keeps'), rule('property', 'keeps'), rule('idle', 'releases')] };
    expect(whatWouldChange(seat)).toEqual(['The seat is kept by `property` too.']);
  });

  it('may be time', () => {
    const seat = { released: false, held: [], decision: decision('keep', 'recent', '2026-12-01T12:00:00Z'), rules: [rule('recent', 'keeps')] };
    expect(whatWouldChange(seat)[0]).toBe('On 1 Dec 2026 the policy releases the seat, if nothing else changes before.');
  });
});

describe('what would change a seat that goes', () => {
  it('is its use, or a protection', () => {
    const seat = { released: true, held: [], decision: decision('release', 'idle'), rules: [rule('idle', 'releases')] };
    expect(whatWouldChange(seat)).toEqual(['If the person uses the seat before, it stays.', 'If somebody protects the person, it stays, whatever the policy says.']);
  });

  it('is its gates when it is held', () => {
    const seat = { released: false, held: [{ gate: 'cap' as const }, { gate: 'cap' as const }], decision: decision('release', 'idle'), rules: [rule('idle', 'releases')] };
    expect(whatWouldChange(seat)[1]).toBe('It goes as soon as `cap` does not hold it any more.');
  });
});
