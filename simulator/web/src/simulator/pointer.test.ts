import { describe, expect, it } from 'vitest';
import { pointer, pointerParts, valueAt, withValue } from './pointer.js';

describe('a pointer', () => {
  it('escapes what the standard says', () => {
    expect(pointer(['a/b', 'c~d', '0'])).toBe('/a~1b/c~0d/0');
    expect(pointerParts('/a~1b/c~0d/0')).toEqual(['a/b', 'c~d', '0']);
    expect(pointerParts('')).toEqual([]);
  });

  it('finds own members only', () => {
    expect(valueAt({ a: [1, { b: 2 }] }, ['a', '1', 'b'])).toBe(2);
    expect(valueAt({}, ['constructor'])).toBeUndefined();
    expect(valueAt('text', ['length'])).toBeUndefined();
  });

  it('changes a copy', () => {
    const whole = { a: { b: 1, c: 2 }, list: ['x', 'y'] };
    expect(withValue(whole, ['a', 'b'], 3)).toEqual({ a: { b: 3, c: 2 }, list: ['x', 'y'] });
    expect(withValue(whole, ['list', '-'], 'z')).toEqual({ ...whole, list: ['x', 'y', 'z'] });
    expect(withValue(whole, ['list', '0'], undefined)).toEqual({ ...whole, list: ['y'] });
    expect(withValue(whole, ['a', 'c'], undefined)).toEqual({ ...whole, a: { b: 1 } });
    expect(withValue(whole, ['new', 'deep'], null)).toEqual({ ...whole, new: { deep: null } });
    expect(whole).toEqual({ a: { b: 1, c: 2 }, list: ['x', 'y'] });
  });

  it('keeps the order of members', () => {
    expect(JSON.stringify(withValue({ z: 1, a: 2 }, ['z'], 3))).toBe('{"z":3,"a":2}');
  });

  it('takes a member named __proto__ for a member', () => {
    const changed = withValue({}, ['__proto__', 'x'], 1);
    expect(Object.hasOwn(changed as object, '__proto__')).toBe(true);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
