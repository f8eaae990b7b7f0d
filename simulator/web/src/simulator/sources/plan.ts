// A plan of the daemon in the simulator: its facts, with the settings that travel with them, and the policy that made it.

import type { Policy } from '../../engine/types.js';
import { shortDigest } from '../../parts/format.js';
import type { DaemonPolicy, DaemonSource } from '../daemon-source.js';
import type { Workbench } from '../workbench.svelte.js';
import { takeSnapshot } from './take.js';

export async function takePlan(bench: Workbench, source: DaemonSource, plan: string): Promise<void> {
  const [bytes, policy] = await Promise.all([source.snapshot(plan), source.policyOf(plan).then((of) => policyOf(bench, source, of))]);
  takeSnapshot(bench, { name: `Plan ${shortDigest(plan)} of the daemon`, bytes, origin: 'daemon' });
  bench.inputs.a.policy = policy;
}

/** Those that are part of this page need no download. */
async function policyOf({ simulator }: Workbench, source: DaemonSource, { digest, name }: DaemonPolicy): Promise<Policy> {
  const shipped = simulator.shipped.find((one) => one.digest === digest);
  return shipped ? simulator.shippedPolicy(shipped.name) : simulator.loadPolicy(`${name}.wasm`, await source.component(digest));
}
