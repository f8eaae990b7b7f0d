// What a component imports and exports, read from its bytes before anything else looks at them.
//
// Strict on purpose: whatever is not understood is refused. The program checks the same with its WebAssembly engine
// (`host/src/policy/component.rs`); here nothing of the component is compiled yet.

import type { PolicyProblem } from './types.js';

/** The interface that a policy must export, with the version of the contract. */
export const CONTRACT = 'steward:policy/policy@1.0.0';
/** The interface that a policy may export as well. */
export const BULK = 'steward:policy/bulk@1.0.0';
/** As in the program. */
export const BYTES_MAX = 32 << 20;

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const CORE_MODULE = [0x01, 0x00, 0x00, 0x00];
/** Version 0x0d of the binary format, layer 1. */
const COMPONENT = [0x0d, 0x00, 0x01, 0x00];

const SECTION_START = 9;
const SECTION_IMPORT = 10;
const SECTION_EXPORT = 11;
const SECTION_LAST = 11;

const SORT_CORE = 0x00;
const SORT_CORE_MODULE = 0x11;
const SORT_LAST = 0x05;

/** More names than a component has that anybody wrote. */
const NAMES_MAX = 1000;

/** A component that may be a policy. */
export interface Inspected {
  readonly hasBulk: boolean;
}

/** `undefined` stands for a component that nothing is wrong with; see `inspect`. */
export type Inspection = { readonly ok: Inspected } | { readonly problem: PolicyProblem };

/** Reads the names of a component's imports and exports and decides whether it may run. */
export function inspect(bytes: Uint8Array): Inspection {
  if (bytes.length > BYTES_MAX) return { problem: { kind: 'too-large', bytes: bytes.length, max: BYTES_MAX } };
  if (!startsWith(bytes, 0, MAGIC)) return { problem: { kind: 'not-wasm' } };
  if (startsWith(bytes, 4, CORE_MODULE)) return { problem: { kind: 'core-module' } };
  if (!startsWith(bytes, 4, COMPONENT)) return broken('an unknown version of the component format');
  try {
    const { imports, exports } = world(bytes);
    if (imports.length > 0) return { problem: { kind: 'imports', names: imports } };
    if (!exports.includes(CONTRACT)) return { problem: { kind: 'exports', names: exports } };
    return { ok: { hasBulk: exports.includes(BULK) } };
  } catch (error) {
    if (error instanceof Malformed) return broken(error.message);
    throw error;
  }
}

function broken(detail: string): Inspection {
  return { problem: { kind: 'broken', detail } };
}

class Malformed extends Error {}

/** The names in the sections of the outermost component. Those of inner ones are nobody's business. */
function world(bytes: Uint8Array): { imports: string[]; exports: string[] } {
  const imports: string[] = [];
  const exports: string[] = [];
  const reader = new Reader(bytes, 8, bytes.length);
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const section = reader.part(reader.u32());
    if (id > SECTION_LAST) throw new Malformed(`an unknown section ${id}`);
    if (id === SECTION_START) throw new Malformed('a start function, which a policy must not have');
    if (id === SECTION_IMPORT) readNames(section, imports, readImport);
    if (id === SECTION_EXPORT) readNames(section, exports, readExport);
  }
  return { imports, exports };
}

function readNames(section: Reader, names: string[], read: (section: Reader) => string): void {
  const count = section.u32();
  for (let index = 0; index < count; index += 1) {
    if (names.length >= NAMES_MAX) throw new Malformed('too many names');
    names.push(read(section));
  }
  if (!section.isAtEnd) throw new Malformed('a section with something behind its end');
}

function readImport(section: Reader): string {
  const name = readName(section);
  readType(section);
  return name;
}

function readExport(section: Reader): string {
  const name = readName(section);
  const sort = section.byte();
  if (sort > SORT_LAST) throw new Malformed(`an export of an unknown sort ${sort}`);
  if (sort === SORT_CORE && section.byte() !== SORT_CORE_MODULE) throw new Malformed('an export of a core item');
  section.u32();
  const hasType = section.byte();
  if (hasType === 1) readType(section);
  else if (hasType !== 0) throw new Malformed('an export of an unknown form');
  return name;
}

/** 0x00 and 0x01 are the two forms in use: a plain name, and one of an interface. */
function readName(section: Reader): string {
  const form = section.byte();
  if (form > 0x01) throw new Malformed(`a name of an unknown form ${form}`);
  return section.text();
}

/** An `externdesc`: only its length matters. */
function readType(section: Reader): void {
  const sort = section.byte();
  switch (sort) {
    case 0x00:
      if (section.byte() !== SORT_CORE_MODULE) throw new Malformed('a type of an unknown core sort');
      section.u32();
      return;
    case 0x01:
    case 0x04:
    case 0x05:
      section.u32();
      return;
    case 0x03: {
      // A type: equal to another one, or abstract.
      const bound = section.byte();
      if (bound === 0x00) section.u32();
      else if (bound !== 0x01) throw new Malformed('a type with an unknown bound');
      return;
    }
    default:
      throw new Malformed(`a type of an unknown sort ${sort}`);
  }
}

function startsWith(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[at + index] === byte);
}

/** Reads from `at` to `end`, and not a byte further. */
class Reader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || this.#at >= this.#end) throw new Malformed('it ends too early');
    this.#at += 1;
    return byte;
  }

  /** LEB128, at most five bytes. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift === 28 && bits > 0x0f) throw new Malformed('a number that is too large');
      value += bits * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed('a number without an end');
  }

  part(length: number): Reader {
    const end = this.#at + length;
    if (end > this.#end) throw new Malformed('a section that is longer than the file');
    const part = new Reader(this.#bytes, this.#at, end);
    this.#at = end;
    return part;
  }

  text(): string {
    const length = this.u32();
    const part = this.part(length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes.subarray(part.#at, part.#end));
    } catch {
      throw new Malformed('a name that is no UTF-8');
    }
  }
}
