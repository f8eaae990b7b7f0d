// What a policy may use up in a browser, as near to the program's limits as a browser allows.

/** Linear memory of each of a policy's memories, as `memory_bytes` in `host/src/policy/limits.rs`. */
export const MEMORY_BYTES = 128 << 20;
/** Texts that one answer may carry, as `output_bytes` there. */
export const OUTPUT_BYTES = 1 << 20;
/** A single call into a worker that runs a policy, as `deadline` there. Browsers do not count instructions. */
export const DEADLINE_MS = 10_000;
/** Reading a snapshot of 100,000 seats takes a second or two on a slow machine. */
export const OPEN_DEADLINE_MS = 60_000;
/** A component of 12 MB with a JavaScript engine in it takes several seconds. */
export const TRANSPILE_DEADLINE_MS = 60_000;

const PAGE_BYTES = 65_536;
const SECTION_MEMORY = 5;

/**
 * The core module with a limit on its memories: growing beyond it fails inside the module, as it does in the program.
 * Nothing else of the module changes.
 */
export function withMemoryLimit(module: Uint8Array, maxBytes: number): Uint8Array {
  const pagesMax = maxBytes / PAGE_BYTES;
  let at = 8;
  while (at < module.length) {
    const id = module[at];
    const [size, bodyAt] = readU32(module, at + 1);
    const end = bodyAt + size;
    if (end > module.length) throw new Error('a core module ends too early');
    if (id === SECTION_MEMORY) {
      const body = limitedMemories(module.subarray(bodyAt, end), pagesMax);
      return joined(module.subarray(0, at), Uint8Array.of(SECTION_MEMORY), u32(body.length), body, module.subarray(end));
    }
    at = end;
  }
  return module;
}

function limitedMemories(body: Uint8Array, pagesMax: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let [count, at] = readU32(body, 0);
  parts.push(u32(count));
  for (; count > 0; count -= 1) {
    const flags = body[at];
    // Shared memories and those of 64 bits are for threads and giants.
    if (flags !== 0 && flags !== 1) throw new Error('a memory of an unknown form');
    let min: number;
    let max = pagesMax;
    [min, at] = readU32(body, at + 1);
    if (flags === 1) {
      let own: number;
      [own, at] = readU32(body, at);
      max = Math.min(own, pagesMax);
    }
    if (min > max) throw new Error(`a memory of ${min} pages, at most ${max} are allowed`);
    parts.push(Uint8Array.of(1), u32(min), u32(max));
  }
  if (at !== body.length) throw new Error('a memory section with something behind its end');
  return joined(...parts);
}

function readU32(bytes: Uint8Array, from: number): [value: number, at: number] {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [value, from + index + 1];
  }
  throw new Error('a number without an end');
}

function u32(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const bits = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? bits + 128 : bits);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
