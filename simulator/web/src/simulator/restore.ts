// The page as its address wants it: a share link, a plan of the daemon, or the first shipped policy.

import type { Policy, Session, ShippedPolicy } from '../engine/types.js';
import { announcements } from '../shell/announcements.svelte.js';
import { counted } from '../parts/format.js';
import type { DaemonAccess } from './daemon-source.js';
import { parseDraft } from './draft.js';
import type { SideName } from './inputs.svelte.js';
import { NO_PRICES } from './money.js';
import { EVERY_SEAT } from './query.js';
import { ownSettings } from './schema.js';
import { decodeShared, withShared, type Shared, type SharedSide } from './share.js';
import { dropSecond, takePlan } from './sources/take.js';
import type { Wish } from './wish.js';
import type { Workbench } from './workbench.svelte.js';

export async function restore(bench: Workbench, access: DaemonAccess, { plan, share, seat }: Wish): Promise<void> {
  const { inputs } = bench;
  if (seat !== undefined) inputs.query = { ...EVERY_SEAT, text: seat };
  if (plan !== undefined) await restorePlan(bench, access, plan);
  const shared = share === undefined ? undefined : decodeShared(share);
  if (share !== undefined && !shared) announcements.say('This link was not made by the simulator, or is cut off.', 'bad');
  if (shared) await restoreShared(bench, shared);
  if (!inputs.a.policy) await choose(bench, bench.simulator.shipped[0]?.name);
}

async function restorePlan(bench: Workbench, access: DaemonAccess, plan: string): Promise<void> {
  if (access.kind !== 'signed-in') {
    announcements.say('Plans of the daemon are for those who are signed in: sign in on the console, then open the link again.', 'bad');
    return;
  }
  try {
    await takePlan(bench, access.source, plan);
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
  }
}

async function restoreShared(bench: Workbench, shared: Shared): Promise<void> {
  const { inputs } = bench;
  inputs.begin(shared.now, shared.prices?.perMonth ?? NO_PRICES);
  if (shared.prices) inputs.currency = shared.prices.currency;
  const left = (shared.left ?? 0) + (await restoreSide(bench, 'a', shared.a));
  if (!shared.b) dropSecond(bench);
  const all = left + (shared.b ? await restoreSide(bench, 'b', shared.b) : 0);
  if (all > 0) {
    announcements.say(`${counted(all, 'value')} of the link ${all === 1 ? 'was' : 'were'} left out: no setting of this policy takes ${all === 1 ? 'it' : 'them'}.`, 'bad');
  }
}

async function choose(bench: Workbench, shipped: string | undefined): Promise<void> {
  const policy = await shippedPolicy(bench, shipped);
  if (policy) bench.inputs.a.policy = policy;
}

async function shippedPolicy(bench: Workbench, name: string | undefined): Promise<Policy | undefined> {
  try {
    return name === undefined ? undefined : await bench.simulator.shippedPolicy(name);
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
    return undefined;
  }
}

/** The settings of the link are laid over those with which the snapshot begins. Resolves with how many were left out. */
async function restoreSide(bench: Workbench, name: SideName, shared: SharedSide): Promise<number> {
  const { simulator, inputs, handover } = bench;
  const { shipped } = simulator;
  const same = shipped.find(({ digest }) => digest === shared.digest);
  const named = same ?? shipped.find((one) => one.name === shared.name);
  if (!same) announcements.say(missing(shared, named), 'bad');
  const policy = await shippedPolicy(bench, (named ?? shipped[0])?.name);
  const { snapshot } = inputs;
  if (!policy || !snapshot) return 0;
  const input = inputs.side(name);
  let session: Session;
  try {
    session = await simulator.open(policy, snapshot.bytes);
  } catch {
    // The side asks once more, and shows why there is no answer.
    input.policy = policy;
    return 0;
  }
  const own = ownSettings(policy.description.settingsSchema);
  const { draft, left } = withShared(parseDraft(session.draft), shared.values, own);
  handover.offer(policy, snapshot.bytes, session);
  input.begin(draft);
  input.policy = policy;
  return left;
}

function missing({ name }: SharedSide, named: ShippedPolicy | undefined): string {
  return named
    ? `The link was made with another build of the policy ${name}; numbers may differ.`
    : `The link was made with the policy ${name}, which is not part of Steward: drop its file here and open the link again.`;
}
