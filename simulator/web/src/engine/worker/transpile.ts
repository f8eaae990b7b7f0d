// Makes JavaScript of a component, by jco's own transpiler, which is a component itself.

import type { Transpiled, TranspilerParts } from '../protocol.js';
import { PolicyFault } from './faults.js';
import { importText } from './load.js';

/** What `js-component-bindgen` gives. */
interface Generated {
  readonly files: [name: string, bytes: Uint8Array][];
  readonly imports: string[];
}

type Generate = (component: Uint8Array, options: object) => Generated;

/** One name for all: the files of a component are told apart by who asks for them. */
export const NAME = 'component';

/** The options with which the build transpiles too. */
export const OPTIONS = {
  name: NAME,
  noTypescript: true,
  instantiation: { tag: 'sync' },
  noNodejsCompat: true,
  base64Cutoff: 0,
} as const;

/** For a component with two others in it. */
export const COMPOSED_OPTIONS = { ...OPTIONS, multiMemory: true } as const;

export async function transpile(
  parts: TranspilerParts,
  component: Uint8Array,
  isComposed: boolean,
): Promise<Transpiled> {
  serveModules(parts);
  const transpiler = await importText(parts.glue);
  const ready = transpiler['$init'];
  if (ready instanceof Promise) await ready;
  const generate = transpiler['generate'] as Generate;
  let generated: Generated;
  try {
    generated = generate(component, isComposed ? COMPOSED_OPTIONS : OPTIONS);
  } catch (error) {
    // The transpiler is ours, what it chokes on is not.
    const detail = error instanceof Error && 'payload' in error ? String(error.payload) : String(error);
    throw new PolicyFault({ kind: 'malformed', detail: `the component cannot be transpiled: ${detail}` });
  }
  return taken(generated);
}

/** The glue and the core modules. A component that wants anything from outside was refused before, and is here again. */
export function taken(generated: Generated): Transpiled {
  if (generated.imports.length > 0) {
    const detail = `the component imports ${generated.imports.join(', ')}`;
    throw new PolicyFault({ kind: 'malformed', detail });
  }
  const glue = generated.files.find(([name]) => name === `${NAME}.js`);
  if (glue === undefined) throw new Error('the transpiler made no glue');
  const modules = generated.files.filter(([name]) => name.endsWith('.wasm'));
  return { glue: new TextDecoder().decode(glue[1]), modules };
}

/** The transpiler fetches its core modules; there is no network here, so it gets those that were handed over. */
function serveModules(parts: TranspilerParts): void {
  const modules = new Map(parts.modules);
  globalThis.fetch = (input: RequestInfo | URL) => {
    const name = String(input instanceof Request ? input.url : input).split('/').pop() ?? '';
    const bytes = modules.get(name);
    if (bytes === undefined) return Promise.reject(new TypeError(`there is no \`${name}\``));
    return Promise.resolve(new Response(bytes.slice(), { headers: { 'content-type': 'application/wasm' } }));
  };
}
