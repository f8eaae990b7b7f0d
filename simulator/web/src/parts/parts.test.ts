import { describe, expect, it } from 'vitest';
import { readNumber } from './numbers.js';
import { clipped, humanised, ticked } from './text.js';
import { scrollTo, windowOf } from './window.js';

describe('a number that somebody writes', () => {
  it.each([
    ['14', { value: 14 }],
    [' 7 ', { value: 7 }],
    ['', { error: 'write a number' }],
    ['1e3', { error: 'write a whole number' }],
    ['2.5', { error: 'write a whole number' }],
    ['0', { error: 'write 1 or more' }],
    ['366', { error: 'write 365 or less' }],
  ])('%j', (text, found) => {
    expect(readNumber(text, { minimum: 1, maximum: 365 })).toEqual(found);
  });

  it('may have decimals, with a comma too', () => {
    expect(readNumber('2,25', { fraction: 2 })).toEqual({ value: 2.25 });
    expect(readNumber('2.255', { fraction: 2 }).error).toContain('decimals');
  });

  it('may be left out where nothing is a value', () => {
    expect(readNumber('', { nullable: true })).toEqual({ value: null });
  });
});

describe('a text from elsewhere', () => {
  it('is cut, and never through a character', () => {
    expect(clipped('abc', 3)).toBe('abc');
    expect(clipped('abcdef', 3)).toBe('ab…');
    expect(clipped('💥💥💥', 3)).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });

  it('is cut at its backticks', () => {
    expect(ticked('a `b` c')).toEqual([
      { text: 'a ', isValue: false },
      { text: 'b', isValue: true },
      { text: ' c', isValue: false },
    ]);
    expect(ticked('a ` b')).toEqual([{ text: 'a ` b', isValue: false }]);
    expect(ticked('')).toEqual([]);
  });

  it('is made readable', () => {
    expect(humanised('releaseThresholdDays')).toBe('Release threshold days');
    expect(humanised('longest-idle-first')).toBe('Longest idle first');
  });
});

describe('a window into a long list', () => {
  it('has what is on screen and a little more', () => {
    expect(windowOf(0, 300, 30, 100_000)).toEqual({ first: 0, end: 18 });
    expect(windowOf(3_000_000, 300, 30, 100_000)).toEqual({ first: 99_992, end: 100_000 });
    expect(windowOf(900, 300, 30, 3)).toEqual({ first: 3, end: 3 });
    expect(windowOf(0, 300, 30, 0)).toEqual({ first: 0, end: 0 });
  });

  it('moves only when the row is out of sight', () => {
    expect(scrollTo(5, 0, 300, 30)).toBeUndefined();
    expect(scrollTo(20, 0, 300, 30)).toBe(330);
    expect(scrollTo(2, 300, 300, 30)).toBe(60);
  });
});
