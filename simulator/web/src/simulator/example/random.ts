// Numbers that look random and are the same every time: the example is the same in every browser.

export interface Random {
  /** From 0 up to 1. */
  share(): number;
  /** A whole number from 0 up to `end`. */
  below(end: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  guid(): string;
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  // Mulberry32: small, and good enough for inventing people.
  const share = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (end: number) => Math.floor(share() * end);
  const hex = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  return {
    share,
    below,
    pick: (list) => list[below(list.length)] ?? list[0],
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
  };
}
