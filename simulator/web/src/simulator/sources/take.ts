// Files that somebody chose or dropped become the snapshot or a policy.

import { announcements } from '../../shell/announcements.svelte.js';
import { parseDraft } from '../draft.js';
import { kindOf, readFile } from '../files.js';
import type { DaemonSource } from '../daemon-source.js';
import type { SideName, SnapshotSource } from '../inputs.svelte.js';
import { clipped } from '../../parts/text.js';
import type { Policy } from '../../engine/types.js';
import type { Workbench } from '../workbench.svelte.js';

export async function takeFile(bench: Workbench, file: File, side: SideName): Promise<void> {
  try {
    const bytes = await readFile(file);
    const kind = kindOf(bytes);
    if (kind === 'snapshot') takeSnapshot(bench, { name: file.name, bytes, origin: 'file' });
    else if (kind === 'policy' || /\.wasm$/i.test(file.name)) takePolicy(bench, side, await bench.simulator.loadPolicy(file.name, bytes));
    else throw new Error('it is neither a snapshot of `steward snapshot` nor a WebAssembly policy');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    announcements.say(`${clipped(file.name, 60)} was refused: ${clipped(why, 400)}`, 'bad');
  }
}

export function takeSnapshot(bench: Workbench, snapshot: SnapshotSource): void {
  const { inputs } = bench;
  // Settings travel with a snapshot: those of the one before go with it.
  inputs.a.draft = undefined;
  inputs.b.draft = undefined;
  inputs.now = undefined;
  inputs.place = undefined;
  inputs.snapshot = snapshot;
}

export async function takeFromDaemon(bench: Workbench, source: DaemonSource): Promise<void> {
  try {
    takeSnapshot(bench, { name: 'Latest plan of the daemon', bytes: await source.snapshot(), origin: 'daemon' });
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
  }
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
  inputs.b.draft = undefined;
}
