import { describe, expect, it } from 'vitest';
import { withMemoryLimit } from './limits.js';

const MODULE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const TEN_PAGES = 10 * 65_536;

const module = (...memory: number[]) => Uint8Array.from([...MODULE, 5, memory.length + 1, 1, ...memory, 0, 2, 1, 0x61]);

describe('the memory of a policy', () => {
  it('gets a limit where it has none', () => {
    expect([...withMemoryLimit(module(0, 1), TEN_PAGES)]).toEqual([...module(1, 1, 10)]);
  });

  it('keeps a limit of its own that is smaller', () => {
    expect([...withMemoryLimit(module(1, 1, 3), TEN_PAGES)]).toEqual([...module(1, 1, 3)]);
    expect([...withMemoryLimit(module(1, 1, 99), TEN_PAGES)]).toEqual([...module(1, 1, 10)]);
  });

  it('cannot grow beyond it', () => {
    const limited = new WebAssembly.Module(withMemoryLimit(module(0, 1), TEN_PAGES).slice());
    expect(limited).toBeInstanceOf(WebAssembly.Module);
  });

  it('is refused when it begins too large, is shared, or of 64 bits', () => {
    for (const memory of [[0, 11], [3, 1, 2], [4, 1]]) {
      expect(() => withMemoryLimit(module(...memory), TEN_PAGES)).toThrow();
    }
  });

  it('does not matter to modules without one', () => {
    const bytes = Uint8Array.from(MODULE);
    expect(withMemoryLimit(bytes, TEN_PAGES)).toBe(bytes);
  });
});
