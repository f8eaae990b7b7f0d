// Why a plan cannot be applied now, as far as this page can tell. The daemon decides; this only saves a vain attempt.

import type { Schemas } from '../../api/client.js';

type Plan = Pick<Schemas['PlanSummary'], 'applicable' | 'held' | 'record' | 'recordOf'>;
type Releases = Pick<Schemas['Releases'], 'isArmedHere' | 'isDryRun' | 'isEnabled' | 'isWindowOpen' | 'paused' | 'rulesWaiting'>;

/** As a sentence; undefined when nothing is known to speak against it. */
export function refusalOf(plan: Plan, releases: Releases, seats: number): string | undefined {
  const run = plan.held.find(({ scope }) => scope === 'run');
  if (plan.recordOf !== null) return 'It is the record of a run, not a plan to apply.';
  if (plan.record?.appliedIn) return `It was applied in run ${plan.record.appliedIn}. Make a new plan to release more.`;
  if (!plan.applicable) return 'It was made for another time or from a file. Make a new plan.';
  if (plan.record && !plan.record.isOpen) return 'It has expired. Make a new plan.';
  if (run) return `The gate ${run.gate} holds the whole plan. ${run.wayOut}`;
  if (seats === 0) return 'It releases nothing.';
  if (!releases.isEnabled) return 'Releases are switched off in the settings file.';
  if (releases.isDryRun) return 'The settings file says dry run: nothing is released.';
  if (releases.paused) return `Releases are paused by ${releases.paused.by}. Resume first.`;
  if (!releases.isArmedHere) return 'Nobody has armed releases yet. Arm with this plan first.';
  if (releases.rulesWaiting !== null) return 'Changed rules wait for you: arm with this plan first.';
  if (!releases.isWindowOpen) return 'The window for releases is closed.';
  return undefined;
}

/** Arming says something only while releases wait for it, or when gates compare with what was accepted. */
export function wantsArming(plan: Plan, releases: Releases): boolean {
  const isOpen = plan.recordOf === null && plan.applicable && (plan.record?.isOpen ?? false);
  return isOpen && (!releases.isArmedHere || releases.rulesWaiting !== null || plan.held.some(({ scope }) => scope === 'run'));
}
