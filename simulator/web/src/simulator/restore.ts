// The page as its address wants it: a share link, a plan of the daemon, or the first shipped policy.

import type { Policy, ShippedPolicy } from '../engine/types.js';
import { announcements } from '../shell/announcements.svelte.js';
import { router } from '../shell/routes.svelte.js';
import type { DaemonSource } from './daemon-source.js';
import { parseDraft } from './draft.js';
import type { SideInputs, SideName } from './inputs.svelte.js';
import { ownSettings } from './schema.js';
import { decodeShared, withShared, type SharedSide } from './share.js';
import { takePlan } from './sources/plan.js';
import type { Workbench } from './workbench.svelte.js';

export async function restore(bench: Workbench, source: DaemonSource | undefined): Promise<void> {
  const { inputs } = bench;
  const plan = router.route.parameters.get('plan');
  if (plan !== null && (await restorePlan(bench, source, plan))) return;
  const text = router.route.parameters.get('share');
  const shared = text === null ? undefined : decodeShared(text);
  if (text !== null && !shared) announcements.say('This link was not made by the simulator, or is cut off.', 'bad');
  if (!shared) {
    await choose(bench, 'a', bench.simulator.shipped[0]?.name);
    return;
  }
  inputs.now = shared.now;
  if (shared.prices) {
    inputs.prices = shared.prices.perMonth;
    inputs.currency = shared.prices.currency;
  }
  await restoreSide(bench, 'a', shared.a);
  if (shared.b) await restoreSide(bench, 'b', shared.b);
}

async function restorePlan(bench: Workbench, source: DaemonSource | undefined, plan: string): Promise<boolean> {
  if (!source) {
    announcements.say('Plans of the daemon are for those who are signed in: sign in on the console, then open the link again.', 'bad');
    return false;
  }
  try {
    await takePlan(bench, source, plan);
    return true;
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
    return false;
  }
}

async function choose(bench: Workbench, name: SideName, shipped: string | undefined): Promise<Policy | undefined> {
  if (shipped === undefined) return undefined;
  try {
    const policy = await bench.simulator.shippedPolicy(shipped);
    bench.inputs.side(name).policy = policy;
    return policy;
  } catch (error) {
    announcements.say(error instanceof Error ? error.message : String(error), 'bad');
    return undefined;
  }
}

async function restoreSide(bench: Workbench, name: SideName, shared: SharedSide): Promise<void> {
  const { shipped } = bench.simulator;
  const same = shipped.find(({ digest }) => digest === shared.digest);
  const named = same ?? shipped.find((one) => one.name === shared.name);
  if (!same) announcements.say(missing(shared, named), 'bad');
  const policy = await choose(bench, name, (named ?? shipped[0])?.name);
  if (policy) void begin(bench.inputs.side(name), bench, policy, shared);
}

function missing({ name }: SharedSide, named: ShippedPolicy | undefined): string {
  return named
    ? `The link was made with another build of the policy ${name}; numbers may differ.`
    : `The link was made with the policy ${name}, which is not part of Steward: drop its file here and open the link again.`;
}

/** As soon as the engine knows how the settings of this snapshot begin, those of the link are laid over them. */
async function begin(input: SideInputs, bench: Workbench, policy: Policy, shared: SharedSide): Promise<void> {
  const { snapshot } = bench.inputs;
  if (!snapshot) return;
  const session = await bench.simulator.open(policy, snapshot.bytes);
  const { draft, left } = withShared(
    parseDraft(session.draft),
    shared.values,
    ownSettings(policy.description.settingsSchema),
  );
  session.close();
  input.draft = draft;
  if (left > 0) announcements.say(`${left} settings of the link are not settings of this policy.`, 'bad');
}
