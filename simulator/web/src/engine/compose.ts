// Puts the engine and a policy into one component, the policy's bytes as they are.
//
// The engine's imports are the policy's exports, so that both call each other within WebAssembly: a third of the time that
// the way through JavaScript takes. The result is a component that imports nothing and exports what the engine exports.

import { BULK, CONTRACT } from './component.js';

/** The engine's own interface. */
const ENGINE = 'steward:simulator/engine@1.0.0';

const SECTION_COMPONENT = 4;
const SECTION_INSTANCE = 5;
const SECTION_ALIAS = 6;
const SECTION_EXPORT = 11;
const SORT_INSTANCE = 0x05;

/** `policy` exports `bulk` too: one without it has to be asked through JavaScript. */
export function compose(engine: Uint8Array, policy: Uint8Array): Uint8Array {
  // Components 0 and 1, the policy as instance 0, what it exports as 1 and 2, the engine as 3, what it exports as 4.
  return concatenated([
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00),
    section(SECTION_COMPONENT, engine),
    section(SECTION_COMPONENT, policy),
    section(SECTION_INSTANCE, [1, ...instantiated(1, [])]),
    section(SECTION_ALIAS, [2, ...exportOf(0, CONTRACT), ...exportOf(0, BULK)]),
    section(SECTION_INSTANCE, [1, ...instantiated(0, [[CONTRACT, 1], [BULK, 2]])]),
    section(SECTION_ALIAS, [1, ...exportOf(3, ENGINE)]),
    // The engine's functions speak of the policy's records, so these are exported first.
    section(SECTION_EXPORT, [2, ...exported(CONTRACT, 1), ...exported(ENGINE, 4)]),
  ]);
}

function instantiated(component: number, imports: readonly (readonly [name: string, instance: number])[]): number[] {
  const args = imports.flatMap(([name, instance]) => [...text(name), SORT_INSTANCE, instance]);
  return [0x00, component, imports.length, ...args];
}

function exportOf(instance: number, name: string): number[] {
  return [SORT_INSTANCE, 0x00, instance, ...text(name)];
}

function exported(name: string, instance: number): number[] {
  return [0x00, ...text(name), SORT_INSTANCE, instance, 0x00];
}

function text(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...u32(bytes.length), ...bytes];
}

function section(id: number, body: ArrayLike<number>): Uint8Array {
  return concatenated([Uint8Array.of(id, ...u32(body.length)), Uint8Array.from(body)]);
}

function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const bits = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? bits + 128 : bits);
  } while (rest > 0);
  return bytes;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether this browser runs code that moves bytes between two memories, which a composed component does. */
export function canRunComposed(): boolean {
  // A module with two memories and nothing else.
  return WebAssembly.validate(
    Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x05, 0x05, 0x02, 0x00, 0x01, 0x00, 0x01),
  );
}
