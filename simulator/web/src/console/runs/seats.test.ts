import { describe, expect, it } from 'vitest';
import { fits, undoOnly } from './seats.js';

const seat = { licenseId: 'id-1', userDirectory: 'ACME', userId: 'jdoe', outcome: 'freed' } as const;

describe('a seat of a run', () => {
  it('is found by its account, its id and what became of it', () => {
    expect(fits(seat, { search: 'acme\\JD', outcome: '' })).toBe(true);
    expect(fits(seat, { search: 'ID-1', outcome: 'freed' })).toBe(true);
    expect(fits(seat, { search: '', outcome: 'stale' })).toBe(false);
    expect(fits({ ...seat, userDirectory: null, userId: null }, { search: 'null', outcome: '' })).toBe(false);
  });
});

describe('an undo', () => {
  const restoration = (userId: string, way: 'allocate' | 'impossible') => ({ userDirectory: 'A', userId, way });
  const seats = [restoration('a', 'allocate'), restoration('b', 'allocate'), restoration('c', 'impossible'), restoration('a', 'allocate')];

  it('names nobody when everybody is wanted', () => {
    expect(undoOnly(seats, new Set(['A\\a', 'A\\b']))).toEqual([]);
  });

  it('names each of those who are wanted once, and nobody whose seat cannot come back', () => {
    expect(undoOnly(seats, new Set(['A\\a', 'A\\c']))).toEqual(['A\\a']);
  });
});
