// Files that somebody chose or dropped become the snapshot or a policy.

import { announcements } from '../../shell/announcements.svelte.js';
import { parseDraft } from '../draft.js';
import { kindOf, readFile, textOf, withoutMark } from '../files.js';
import type { DaemonPolicyIdentity, DaemonSource } from '../daemon-source.js';
import type { SideName, SnapshotSource } from '../inputs.svelte.js';
import { shortDigest } from '../../parts/format.js';
import { clipped } from '../../parts/text.js';
import type { Policy, Session } from '../../engine/types.js';
import type { Workbench } from '../workbench.svelte.js';

export async function takeFile(bench: Workbench, file: File, side: SideName): Promise<void> {
  try {
    const bytes = await readFile(file);
    const kind = kindOf(bytes);
    if (/\.ya?ml$/i.test(file.name) && kind !== 'policy') {
      takeSettingsFile(bench, file.name, bytes);
      return;
    }
    if (kind === 'utf-16') throw new Error('this is UTF-16; save it as UTF-8');
    if (kind === 'snapshot') {
      await takeSnapshot(bench, { name: file.name, bytes: withoutMark(bytes), origin: 'file' });
    } else if (kind === 'policy' || /\.wasm$/i.test(file.name)) {
      takePolicy(bench, side, await bench.simulator.loadPolicy(file.name, bytes));
      bench.inputs.hasFile = true;
    } else throw new Error('it is neither a snapshot of `steward snapshot`, nor a WebAssembly policy, nor a settings file (.yaml)');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    announcements.say(`${clipped(file.name, 60)} was refused: ${clipped(why, 400)}`, 'bad');
  }
}

/** It is shown with the settings of this page in it, and not kept. */
function takeSettingsFile(bench: Workbench, name: string, bytes: Uint8Array): void {
  bench.settingsFile = { name, text: textOf(bytes) };
  announcements.say('The settings file stands below “As YAML”, with these settings in it.', 'good');
}

/**
 * The engine reads a snapshot before it takes the place of the one before; one that is refused changes nothing. With it
 * comes the policy A, when another one is wanted for it. Resolves with whether it was taken.
 */
export async function takeSnapshot(bench: Workbench, snapshot: SnapshotSource, wanted?: Policy): Promise<boolean> {
  const policy = wanted ?? bench.inputs.a.policy;
  let session: Session | undefined;
  await bench.taking.ask(async () => {
    if (policy) session = await bench.simulator.open(policy, snapshot.bytes);
    return snapshot;
  });
  const isTaken = bench.taking.value === snapshot && bench.taking.problem === undefined;
  if (isTaken) {
    if (policy && session) bench.handover.offer(policy, snapshot.bytes, session);
    use(bench, snapshot, wanted);
  } else session?.close();
  return isTaken;
}

function use({ inputs }: Workbench, snapshot: SnapshotSource, policy: Policy | undefined): void {
  // Settings travel with a snapshot: those of the one before go with it.
  inputs.a.begin(undefined);
  inputs.b.begin(undefined);
  inputs.now = undefined;
  inputs.place = undefined;
  inputs.hasFile ||= snapshot.origin === 'file';
  inputs.snapshot = snapshot;
  if (policy) inputs.a.policy = policy;
}

/** With the policy that decides there. */
export async function takeFromDaemon(bench: Workbench, source: DaemonSource): Promise<void> {
  try {
    const [bytes, policies] = await Promise.all([source.snapshot(), source.policies()]);
    const active = policies.find(({ isActive }) => isActive);
    const policy = active && (await policyOfDaemon(bench, source, active));
    await takeSnapshot(bench, { name: 'Latest plan of the daemon', bytes, origin: 'daemon' }, policy);
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
  }
}

/** A plan with its facts, the settings that travel with them, and the policy that made it. */
export async function takePlan(bench: Workbench, source: DaemonSource, plan: string): Promise<boolean> {
  const [bytes, policy] = await Promise.all([
    source.snapshot(plan),
    source.policyOf(plan).then((of) => policyOfDaemon(bench, source, of)),
  ]);
  return takeSnapshot(bench, { name: `Plan ${shortDigest(plan)} of the daemon`, bytes, origin: 'daemon' }, policy);
}

/** Those that are part of this page need no download. */
export async function policyOfDaemon({ simulator }: Workbench, source: DaemonSource, wanted: DaemonPolicyIdentity): Promise<Policy> {
  const { digest, name } = wanted;
  const shipped = simulator.shipped.find((one) => one.digest === digest);
  return shipped ? simulator.shippedPolicy(shipped.name) : simulator.loadPolicy(`${name}.wasm`, await source.component(digest));
}

/** Settings that all policies share stay; the policy's own stay only when it is the same policy. */
export function takePolicy(bench: Workbench, name: SideName, policy: Policy): void {
  const { inputs } = bench;
  const side = inputs.side(name);
  const before = side.policy ?? inputs.a.policy;
  const draft = side.draft ?? inputs.a.draft;
  side.policy = policy;
  const isSame = before?.description.name === policy.description.name;
  const session = bench.side(name).session.value ?? bench.a.session.value;
  if (draft) {
    const { verbatim, ...shared } = draft;
    const plain = session ? parseDraft(session.plainDraft).policy : {};
    side.draft = isSame ? draft : { ...shared, policy: plain };
    side.begun ??= side.draft;
    void verbatim;
  }
  if (name === 'b') {
    inputs.tab = 'compare';
    inputs.shown = 'b';
  }
}

export function dropSecond(bench: Workbench): void {
  const { inputs } = bench;
  inputs.shown = 'a';
  if (inputs.tab === 'compare') inputs.tab = 'seats';
  inputs.b.policy = undefined;
  inputs.b.begin(undefined);
}
