// The engine for the user interface: makes a Simulator. `types.ts` has the whole interface on one page.

import { Assets, type ShippedEntry } from './assets.js';
import { inspect } from './component.js';
import { canRunComposed, compose } from './compose.js';
import { SimulatorError } from './errors.js';
import type { Difference, LicenseType, SchedulePreview, Standing } from './types.js';
import { DEADLINE_MS, TRANSPILE_DEADLINE_MS } from './limits.js';
import type { Description } from './generated/interfaces/steward-policy-policy.js';
import type { Parts, Transpiled } from './protocol.js';
import { CallFailed, type PolicyWorker, Sandbox } from './sandbox.js';
import { OpenSession } from './session.js';
import type { Instant, Policy, Session, ShippedPolicy, Simulator, SimulatorOptions } from './types.js';

export * from './types.js';
export { SimulatorError, isSuperseded, sentence } from './errors.js';

/** The enumerations whose places stand in columns, in the order of the WIT text. */
export const STANDINGS: readonly Standing[] = ['kept', 'released', 'held', 'guarded', 'later'];
export const LICENSE_TYPES: readonly LicenseType[] = ['analyzer', 'professional', 'user'];
export const DIFFERENCES: readonly Difference[] = ['newly-loses', 'newly-keeps', 'other-rule'];
/** No gate, in `columns.gates`. */
export const NO_GATE = 255;

/** Loads the list of files of the engine. Nothing heavy is fetched before it is needed. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const assets = await Assets.load(options.assets ?? new URL('engine/', document.baseURI));
  const sandbox = new Sandbox(document, assets.sandbox, await assets.worker());
  return new BrowserSimulator(assets, sandbox, options.deadlineMs);
}

/** A policy with what runs it. */
class LoadedPolicy implements Policy {
  readonly fileName: string;
  readonly digest: string;
  readonly bytes: number;
  readonly hasBulk: boolean;
  readonly description: Description;
  readonly parts: Parts;

  constructor(facts: Policy, parts: Parts) {
    this.fileName = facts.fileName;
    this.digest = facts.digest;
    this.bytes = facts.bytes;
    this.hasBulk = facts.hasBulk;
    this.description = facts.description;
    this.parts = parts;
  }
}

class BrowserSimulator implements Simulator {
  readonly #assets: Assets;
  readonly #sandbox: Sandbox;
  readonly #deadlineMs: number;
  readonly #sessions = new Set<Session>();
  /** A worker of ours for questions that need no policy of the user. */
  #standard: Promise<PolicyWorker> | undefined;

  constructor(assets: Assets, sandbox: Sandbox, deadlineMs: number | undefined) {
    this.#assets = assets;
    this.#sandbox = sandbox;
    this.#deadlineMs = deadlineMs ?? DEADLINE_MS;
  }

  get shipped(): readonly ShippedPolicy[] {
    return this.#assets.policies.map(({ name, digest }) => ({ name, digest }));
  }

  async shippedPolicy(name: string): Promise<Policy> {
    const entry = this.#assets.policies.find((policy) => policy.name === name);
    if (entry === undefined) {
      throw new SimulatorError({ kind: 'broken', detail: `there is no shipped policy \`${name}\`` });
    }
    const component = await this.#assets.component(entry);
    return await this.#ready(name, component, () => this.#shippedParts(entry));
  }

  async loadPolicy(fileName: string, bytes: Uint8Array): Promise<Policy> {
    return await this.#ready(fileName, bytes, (hasBulk) => this.#droppedParts(bytes, hasBulk));
  }

  async open(policy: Policy, snapshot: Uint8Array): Promise<Session> {
    if (!(policy instanceof LoadedPolicy)) throw new TypeError('a policy of another simulator');
    const from = { sandbox: this.#sandbox, policy, parts: policy.parts, snapshot, deadlineMs: this.#deadlineMs };
    const session = await OpenSession.open(from);
    this.#sessions.add(session);
    return session;
  }

  async previewSchedule(text: string, after: Instant, count: number): Promise<SchedulePreview> {
    return await answered(async () => (await this.#helper()).call('previewSchedule', [text, after, count], this.#deadlineMs));
  }

  close(): void {
    for (const session of this.#sessions) session.close();
    this.#sessions.clear();
    this.#sandbox.close();
  }

  /** Checks the bytes, makes JavaScript of them, and asks the policy who it is. */
  async #ready(fileName: string, bytes: Uint8Array, make: (hasBulk: boolean) => Promise<Parts>): Promise<Policy> {
    const inspection = inspect(bytes);
    if ('problem' in inspection) throw new SimulatorError({ kind: 'no-policy', problem: inspection.problem });
    const { hasBulk } = inspection.ok;
    const digest = await this.#digest(bytes);
    const parts = await make(hasBulk);
    const worker = await this.#sandbox.start();
    try {
      const description = await answered(() => worker.call('load', [parts], this.#deadlineMs));
      return new LoadedPolicy({ fileName, digest, bytes: bytes.length, hasBulk, description }, parts);
    } finally {
      worker.end({ kind: 'broken', detail: 'the policy was asked who it is' });
    }
  }

  async #shippedParts(entry: ShippedEntry): Promise<Parts> {
    if (canRunComposed()) {
      const { engineModules } = entry.composed;
      return { kind: 'composed', whole: await this.#assets.part(entry.composed), engineModules };
    }
    const [engine, policy] = await Promise.all([this.#assets.engine(), this.#assets.part(entry.part)]);
    return { kind: 'apart', engine, policy, hasBulk: true };
  }

  async #droppedParts(bytes: Uint8Array, hasBulk: boolean): Promise<Parts> {
    if (hasBulk && canRunComposed()) {
      const whole = await this.#transpiled(compose(await this.#assets.engineComponent(), bytes), true);
      const engine = await this.#assets.engine();
      return { kind: 'composed', whole, engineModules: sameModules(whole, engine) };
    }
    const [engine, policy] = await Promise.all([this.#assets.engine(), this.#transpiled(bytes, false)]);
    return { kind: 'apart', engine, policy, hasBulk };
  }

  /** In a worker that is ended afterwards: the transpiler looks at bytes that anybody may have made. */
  async #transpiled(bytes: Uint8Array, isComposed: boolean): Promise<Transpiled> {
    const [worker, transpiler] = await Promise.all([this.#sandbox.start(), this.#assets.transpiler()]);
    try {
      return await worker.call('transpile', [transpiler, bytes, isComposed], TRANSPILE_DEADLINE_MS);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const { failure } = error;
      const detail = failure.kind === 'fault' ? failure.fault.detail : 'it cannot be transpiled';
      throw new SimulatorError({ kind: 'no-policy', problem: { kind: 'broken', detail } });
    } finally {
      worker.end({ kind: 'broken', detail: 'the component was transpiled' });
    }
  }

  /** By the engine: browsers offer digests only to pages that came over TLS or from this machine. */
  async #digest(bytes: Uint8Array): Promise<string> {
    return await answered(async () => (await this.#helper()).call('digest', [bytes], this.#deadlineMs));
  }

  #helper(): Promise<PolicyWorker> {
    this.#standard ??= this.#startHelper();
    this.#standard.catch(() => (this.#standard = undefined));
    return this.#standard.then((worker) => {
      if (!worker.isOver) return worker;
      this.#standard = undefined;
      return this.#helper();
    });
  }

  async #startHelper(): Promise<PolicyWorker> {
    const entry: ShippedEntry | undefined = this.#assets.policies[0];
    if (entry === undefined) throw new SimulatorError({ kind: 'broken', detail: 'no policy is shipped' });
    const parts = await this.#shippedParts(entry);
    const worker = await this.#sandbox.start();
    await answered(() => worker.call('load', [parts], this.#deadlineMs));
    return worker;
  }
}

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof CallFailed ? error.toProblem() : error;
  }
}

/** The names of the core modules that are the engine's: the others get the limits of a policy. */
function sameModules(whole: Transpiled, engine: Transpiled): string[] {
  const isSame = (one: Uint8Array, other: Uint8Array) =>
    one.length === other.length && one.every((byte, index) => byte === other[index]);
  const ofEngine = whole.modules.filter(([, bytes]) => engine.modules.some(([, own]) => isSame(bytes, own)));
  return ofEngine.map(([name]) => name);
}
