import { describe, expect, it } from 'vitest';
import { BULK, BYTES_MAX, CONTRACT, inspect } from './component.js';

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
const IMPORT = 10;
const EXPORT = 11;

const text = (name: string) => {
  const bytes = [...new TextEncoder().encode(name)];
  return [bytes.length, ...bytes];
};
const section = (id: number, body: number[]) => [id, body.length, ...body];
/** An interface, as wit-component writes it. */
const exported = (name: string) => [0x00, ...text(name), 0x05, 0x00, 0x00];
const imported = (name: string) => [0x00, ...text(name), 0x05, 0x00];
const component = (...sections: number[][]) => Uint8Array.from([...HEADER, ...sections.flat()]);
const policy = section(EXPORT, [1, ...exported(CONTRACT)]);

describe('a component is inspected before it runs', () => {
  it('accepts a policy', () => {
    expect(inspect(component(policy))).toEqual({ ok: { hasBulk: false } });
    const both = section(EXPORT, [2, ...exported(CONTRACT), ...exported(BULK)]);
    expect(inspect(component(both))).toEqual({ ok: { hasBulk: true } });
  });

  it('passes over what is inside of sections that it does not read', () => {
    const custom = section(0, [...text('name'), 0xff, 0xff]);
    expect(inspect(component(custom, section(7, [0]), policy))).toEqual({ ok: { hasBulk: false } });
  });

  it('names every import, wherever it stands', () => {
    const first = section(IMPORT, [1, ...imported('wasi:clocks/wall-clock@0.2.0')]);
    const second = section(IMPORT, [1, 0x00, ...text('fetch'), 0x01, 0x00]);
    const expected = { problem: { kind: 'imports', names: ['wasi:clocks/wall-clock@0.2.0', 'fetch'] } };
    expect(inspect(component(first, policy, second))).toEqual(expected);
  });

  it('wants the exact name of the contract', () => {
    for (const name of ['steward:policy/policy@1.1.0', 'steward:policy/policy', 'policy']) {
      const other = component(section(EXPORT, [1, ...exported(name)]));
      expect(inspect(other)).toEqual({ problem: { kind: 'exports', names: [name] } });
    }
  });

  it('tells what is no component', () => {
    const kinds = [
      [Uint8Array.of(), 'not-wasm'],
      [new TextEncoder().encode('<html>'), 'not-wasm'],
      [Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00), 'core-module'],
      [Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0e, 0x00, 0x01, 0x00), 'broken'],
      [new Uint8Array(BYTES_MAX + 1), 'too-large'],
    ] as const;
    for (const [bytes, kind] of kinds) expect(inspect(bytes)).toMatchObject({ problem: { kind } });
  });

  it('refuses what it does not understand', () => {
    const broken = [
      component(section(12, [])),
      component(section(9, [0, 0, 0]), policy),
      component([EXPORT, 200, 1]),
      component(section(EXPORT, [2, ...exported(CONTRACT)])),
      component(section(EXPORT, [1, ...exported(CONTRACT), 0])),
      component(section(EXPORT, [1, 0x07, ...text(CONTRACT), 0x05, 0x00, 0x00])),
      component(section(EXPORT, [1, 0x00, 1, 0xff, 0x05, 0x00, 0x00])),
      component([EXPORT, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      component(section(IMPORT, [1, 0x00, ...text('a'), 0x09, 0x00])),
    ];
    for (const bytes of broken) expect(inspect(bytes)).toMatchObject({ problem: { kind: 'broken' } });
  });
});
