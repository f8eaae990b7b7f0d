// The files of the engine, as `npm run engine` made them: a list, and each file fetched once when it is needed.

import { SimulatorError } from './errors.js';
import type { Transpiled, TranspilerParts } from './protocol.js';

interface Asset {
  readonly file: string;
  /** Changes with the contents, so that caches do not mix versions. */
  readonly version: string;
}

interface Part {
  readonly glue: Asset;
  readonly modules: readonly (Asset & { readonly name: string })[];
}

interface Manifest {
  /** The engine alone, as JavaScript, and as the component that it is. */
  readonly engine: Part & { readonly component: Asset };
  readonly worker: Asset;
  readonly transpiler: Part;
  readonly sandbox: Asset;
  readonly policies: readonly {
    readonly name: string;
    readonly digest: string;
    readonly component: Asset;
    /** Alone, and with the engine in one component. */
    readonly part: Part;
    readonly composed: Part & { readonly engineModules: readonly string[] };
  }[];
}

/** A shipped policy as it is listed. */
export type ShippedEntry = Manifest['policies'][number];

export class Assets {
  readonly #base: URL;
  readonly #manifest: Manifest;
  readonly #fetched = new Map<string, Promise<Uint8Array>>();

  private constructor(base: URL, manifest: Manifest) {
    this.#base = base;
    this.#manifest = manifest;
  }

  static async load(base: URL): Promise<Assets> {
    const response = await fetched(new URL('manifest.json', base), { cache: 'no-cache' });
    return new Assets(base, (await response.json()) as Manifest);
  }

  get policies(): readonly ShippedEntry[] {
    return this.#manifest.policies;
  }

  get sandbox(): URL {
    return this.#address(this.#manifest.sandbox);
  }

  engine(): Promise<Transpiled> {
    return this.part(this.#manifest.engine);
  }

  engineComponent(): Promise<Uint8Array> {
    return this.#bytes(this.#manifest.engine.component);
  }

  /** 4 MB: only for policies that are not shipped. */
  transpiler(): Promise<TranspilerParts> {
    return this.part(this.#manifest.transpiler);
  }

  worker(): Promise<string> {
    return this.#text(this.#manifest.worker);
  }

  component(entry: ShippedEntry): Promise<Uint8Array> {
    return this.#bytes(entry.component);
  }

  async part(part: Part): Promise<Transpiled> {
    const modules = part.modules.map(async (module) => [module.name, await this.#bytes(module)] as const);
    const [glue, ...rest] = await Promise.all([this.#text(part.glue), ...modules]);
    return { glue, modules: rest };
  }

  async #text(asset: Asset): Promise<string> {
    return new TextDecoder().decode(await this.#bytes(asset));
  }

  #bytes(asset: Asset): Promise<Uint8Array> {
    const known = this.#fetched.get(asset.file);
    if (known !== undefined) return known;
    const bytes = fetched(this.#address(asset)).then(async (response) => new Uint8Array(await response.arrayBuffer()));
    // A file that could not be fetched is tried again.
    bytes.catch(() => this.#fetched.delete(asset.file));
    this.#fetched.set(asset.file, bytes);
    return bytes;
  }

  #address(asset: Asset): URL {
    const address = new URL(asset.file, this.#base);
    address.searchParams.set('v', asset.version);
    return address;
  }
}

async function fetched(address: URL, options: RequestInit = {}): Promise<Response> {
  const broken = (detail: string) => new SimulatorError({ kind: 'broken', detail });
  let response: Response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw broken(`cannot fetch ${address.pathname}: ${String(error)}`);
  }
  if (!response.ok) throw broken(`cannot fetch ${address.pathname}: status ${response.status}`);
  return response;
}
