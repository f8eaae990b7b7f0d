// Makes JavaScript modules and core modules of what was handed over.

import type { Transpiled } from '../protocol.js';

/** The only export of a transpiled component that counts. */
export type Instantiate<Imports, Exports> = (
  getCoreModule: (name: string) => WebAssembly.Module,
  imports: Imports,
  instantiateCore?: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance,
) => Exports;

/** Loads a module from its text. The text lives in a blob of this worker. */
export async function importText(text: string): Promise<Record<string, unknown>> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The `instantiate` of a transpiled component. */
export async function importComponent<Imports, Exports>(part: Transpiled): Promise<Instantiate<Imports, Exports>> {
  const { instantiate } = await importText(part.glue);
  if (typeof instantiate !== 'function') throw new Error('the glue of a component has no `instantiate`');
  return instantiate as Instantiate<Imports, Exports>;
}

/** Compiles core modules on demand. */
export function coreModules(
  part: Transpiled,
  change: (bytes: Uint8Array, name: string) => Uint8Array = (bytes) => bytes,
): (name: string) => WebAssembly.Module {
  const bytes = new Map(part.modules);
  return (name) => {
    const module = bytes.get(name);
    if (module === undefined) throw new Error(`there is no core module \`${name}\``);
    // A copy in a buffer of its own: what was handed over may be a part of a larger one.
    return new WebAssembly.Module(change(module, name).slice());
  };
}
