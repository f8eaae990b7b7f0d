// One policy and the engine that asks it, in this worker.

import type {
  ImportObject,
  Simulator as EngineExports,
} from '../generated/engine.js';
import type {
  Plan,
  SchedulePreview,
  Session,
  Sweep,
  Timeline,
  View,
} from '../generated/interfaces/steward-simulator-engine.js';
import type { Description } from '../generated/interfaces/steward-policy-policy.js';
import { BULK, CONTRACT } from '../component.js';
import { MEMORY_BYTES, OUTPUT_BYTES, withMemoryLimit } from '../limits.js';
import type { Opened, Parts } from '../protocol.js';
import { Meter, PolicyFault, meteredDecoder } from './faults.js';
import { coreModules, importComponent } from './load.js';

type PolicyInterface = ImportObject[typeof CONTRACT];
type BulkInterface = ImportObject[typeof BULK];
type PolicyExports = { [CONTRACT]: PolicyInterface; [BULK]?: BulkInterface };
type Engine = EngineExports['engine'];
type Composed = Extract<Parts, { kind: 'composed' }>;
type Apart = Extract<Parts, { kind: 'apart' }>;

/** Something that exists only after an earlier call. */
class Slot<T extends object> {
  readonly #what: string;
  #value: T | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  get(): T {
    if (this.#value === undefined) throw new Error(`there is no ${this.#what} yet`);
    return this.#value;
  }

  /** The old one is given back to the engine at once: garbage collection does not know how large it is. */
  set(value: T): void {
    const old = this.#value;
    this.#value = value;
    if (old !== undefined) dispose(old);
  }
}

/** jco gives resources a method under `Symbol.dispose`, or under a name of its own where that is missing. */
function dispose(resource: object): void {
  const key = Symbol.dispose ?? Symbol.for('dispose');
  const method: unknown = Reflect.get(resource, key);
  if (typeof method === 'function') method.call(resource);
}

export class Runner {
  readonly #engine = new Slot<Engine>('engine');
  readonly #session = new Slot<Session>('snapshot');
  readonly #view = new Slot<View>('view');
  readonly #plan = new Slot<Plan>('plan');
  readonly #sweep = new Slot<Sweep>('sweep');
  readonly #timeline = new Slot<Timeline>('timeline');
  readonly #meter = new Meter(OUTPUT_BYTES);
  readonly #memories: WebAssembly.Memory[] = [];
  #hasBulk = false;

  /** The policy was called and did not come back: whatever was thrown came from it. */
  isPolicyRunning = false;

  async load(parts: Parts): Promise<Description> {
    const exports = parts.kind === 'composed' ? await this.#loadComposed(parts) : await this.#loadApart(parts);
    this.#engine.set(exports.engine);
    return this.#engine.get().describe();
  }

  /** Whatever traps in there is taken for the policy: the engine does not, or it is a bug of ours that looks like one. */
  async #loadComposed(parts: Composed): Promise<EngineExports> {
    this.#hasBulk = true;
    this.isPolicyRunning = true;
    const instantiate = await importComponent<object, EngineExports>(parts.whole);
    const limited = (bytes: Uint8Array, name: string) =>
      parts.engineModules.includes(name) ? bytes : withMemoryLimit(bytes, MEMORY_BYTES);
    const modules = coreModules(parts.whole, limited);
    const ofPolicy = new Set<WebAssembly.Module>();
    const getModule = (name: string) => {
      const module = modules(name);
      if (!parts.engineModules.includes(name)) ofPolicy.add(module);
      return module;
    };
    return instantiate(getModule, {}, (module, imports) => this.#instance(module, imports, ofPolicy.has(module)));
  }

  async #loadApart(parts: Apart): Promise<EngineExports> {
    const policy = await this.#guarded(async () => this.#instantiatePolicy(parts));
    const contract = policy[CONTRACT];
    const bulk = policy[BULK];
    this.#hasBulk = parts.hasBulk && bulk !== undefined;
    const imports = {
      [CONTRACT]: this.#watchedPolicy(contract),
      [BULK]: bulk === undefined ? missingBulk() : this.#watchedBulk(bulk),
    };
    const instantiate = await importComponent<Record<string, object>, EngineExports>(parts.engine);
    return instantiate(coreModules(parts.engine), bothSpellings(imports));
  }

  /** What was thrown by something that is no error of ours, as a fault of the policy. */
  faultOf(error: unknown): PolicyFault | undefined {
    return this.isPolicyRunning || error instanceof PolicyFault ? this.#fault(error) : undefined;
  }

  digest(bytes: Uint8Array): string {
    return this.#engine.get().digest(bytes);
  }

  previewSchedule(text: string, after: number, count: number): SchedulePreview {
    return this.#engine.get().previewSchedule(text, after, count);
  }

  open(file: Uint8Array, digest: string): Opened {
    this.#session.set(this.#engine.get().Session.open(file, { digest, hasBulk: this.#hasBulk }));
    return { summary: this.session.summary(), draft: this.session.draft(), plainDraft: this.session.plainDraft() };
  }

  get session(): Session {
    return this.#session.get();
  }

  get view(): View {
    return this.#view.get();
  }

  get plan(): Plan {
    return this.#plan.get();
  }

  get sweep(): Sweep {
    return this.#sweep.get();
  }

  get timeline(): Timeline {
    return this.#timeline.get();
  }

  startView(draft: string, now: number): undefined {
    this.#view.set(this.#engine.get().View.start(this.session, draft, now));
  }

  startPlan(draft: string, now: number): undefined {
    this.#plan.set(this.#engine.get().Plan.start(this.session, draft, now));
  }

  startSweep(draft: string, now: number, pointers: readonly string[], values: Uint32Array): undefined {
    this.#sweep.set(this.#engine.get().Sweep.start(this.session, draft, now, [...pointers], values));
  }

  startTimeline(draft: string, now: number, days: number): undefined {
    this.#timeline.set(this.#engine.get().Timeline.start(this.session, draft, now, days));
  }

  async #instantiatePolicy(parts: Apart): Promise<PolicyExports> {
    // The glue makes its decoder when it is loaded; what the engine says later is not counted.
    const Original = TextDecoder;
    globalThis.TextDecoder = meteredDecoder(this.#meter, Original);
    try {
      return await this.#limitedPolicy(parts);
    } finally {
      globalThis.TextDecoder = Original;
    }
  }

  async #limitedPolicy(parts: Apart): Promise<PolicyExports> {
    const instantiate = await importComponent<object, PolicyExports>(parts.policy);
    const limited = (bytes: Uint8Array) => withMemoryLimit(bytes, MEMORY_BYTES);
    return instantiate(coreModules(parts.policy, limited), {}, (module, imports) => this.#instance(module, imports, true));
  }

  /** An instance, and the memories of the policy's: they tell what a trap was about. */
  #instance(module: WebAssembly.Module, imports: WebAssembly.Imports, isOfPolicy: boolean): WebAssembly.Instance {
    const instance = new WebAssembly.Instance(module, imports);
    for (const item of isOfPolicy ? Object.values(instance.exports) : []) {
      if (item instanceof WebAssembly.Memory && !this.#memories.includes(item)) this.#memories.push(item);
    }
    return instance;
  }

  /** The policy's functions, each with full limits and with its faults named. */
  #watchedPolicy(contract: PolicyInterface): PolicyInterface {
    const { Evaluator } = contract;
    const methods = Evaluator.prototype;
    Evaluator.configure = this.#watched(Evaluator.configure.bind(Evaluator));
    for (const name of ['decide', 'quota', 'explain'] as const) this.#watchMethod(methods, name);
    return { Evaluator, describe: this.#watched(contract.describe) };
  }

  #watchMethod<K extends PropertyKey>(methods: Record<K, (...args: never[]) => unknown>, name: K): void {
    const original = methods[name];
    const enter = this.#enter.bind(this);
    methods[name] = function (this: unknown, ...args: never[]): unknown {
      return enter(() => original.apply(this, args));
    };
  }

  #watchedBulk(bulk: BulkInterface): BulkInterface {
    return { ...bulk, decideColumns: this.#watched(bulk.decideColumns) };
  }

  #watched<A extends unknown[], R>(call: (...args: A) => R): (...args: A) => R {
    return (...args) => this.#enter(() => call(...args));
  }

  /** `result` errors of the contract pass; everything else that is thrown is a fault. */
  #enter<R>(call: () => R): R {
    this.#meter.reset();
    this.isPolicyRunning = true;
    try {
      const value = call();
      this.isPolicyRunning = false;
      return value;
    } catch (error) {
      if (error instanceof Error && 'payload' in error) {
        this.isPolicyRunning = false;
        throw error;
      }
      throw this.#fault(error);
    }
  }

  async #guarded<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (error) {
      throw this.#fault(error);
    }
  }

  #fault(error: unknown): PolicyFault {
    if (error instanceof PolicyFault) return error;
    const detail = error instanceof Error ? error.message : String(error);
    // A policy that was refused memory traps right after. Allocators ask for twice what they have, so one that was
    // refused has at least half.
    const largest = this.#memories.reduce((most, memory) => Math.max(most, memory.buffer.byteLength), 0);
    if (error instanceof WebAssembly.RuntimeError && largest >= MEMORY_BYTES / 2) {
      const wanted = `the policy wanted more than ${MEMORY_BYTES >> 20} MiB of memory`;
      return new PolicyFault({ kind: 'out-of-memory', detail: wanted });
    }
    return new PolicyFault({ kind: 'trap', detail });
  }
}

/** The engine does not call it: it was told that there is none. */
function missingBulk(): { decideColumns: () => never } {
  return {
    decideColumns: () => {
      throw new Error('the policy has no `bulk`');
    },
  };
}

/** jco's types ask for import names with the version, its code may read them without. */
function bothSpellings(imports: Record<string, object>): Record<string, object> {
  const short = Object.entries(imports).map(([name, item]) => [name.replace(/@.*$/, ''), item] as const);
  return { ...imports, ...Object.fromEntries(short) };
}
