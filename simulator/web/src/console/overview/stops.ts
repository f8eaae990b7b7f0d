// What keeps seats from being released at this moment, and what an administrator does about it. The daemon says what is
// so; this says it in the order in which it has to be dealt with, each thing once.

import type { Schemas } from '../../api/client.js';
import { planAddress, runAddress } from '../routes.js';
import { local } from '../times.js';

export type StopKind =
  | 'ledger'
  | 'not-ready'
  | 'settings'
  | 'switched-off'
  | 'dry-run'
  | 'open-run'
  | 'paused'
  | 'not-armed'
  | 'rules-changed'
  | 'outside-window'
  | 'gate';

export interface Stop {
  readonly kind: StopKind;
  readonly title: string;
  /** What somebody else said about it, or the daemon. */
  readonly detail?: string | undefined;
  /** What to do next. */
  readonly next: string;
  readonly link?: { readonly href: string; readonly label: string } | undefined;
}

type Status = Pick<Schemas['Status'], 'releases' | 'ledger' | 'problems' | 'settingsProblem' | 'latestPlan' | 'work'>;

const OF_GATES: Partial<Record<Schemas['Gate'], StopKind>> = {
  paused: 'paused',
  'not-armed': 'not-armed',
  'outside-window': 'outside-window',
  'rules-changed': 'rules-changed',
};

export function stopsOf(status: Status): readonly Stop[] {
  const found = [...ofDaemon(status), ...ofSettings(status), ...ofPeople(status)];
  const kinds = new Set(found.map(({ kind }) => kind));
  const gates = status.releases.gates.filter(({ gate }) => !kinds.has(OF_GATES[gate] ?? 'gate'));
  return [...found, ...gates.map(({ gate, sentence, wayOut }): Stop => ({ kind: 'gate', title: `Gate ${gate}`, detail: sentence, next: wayOut }))];
}

function* ofDaemon({ ledger, problems, settingsProblem }: Status): Generator<Stop> {
  if (ledger.problem !== null) {
    yield { kind: 'ledger', title: 'The ledger cannot be used', detail: ledger.problem, next: 'Look at `steward audit verify` on the daemon’s machine before anything else.' };
  }
  for (const problem of problems) {
    yield { kind: 'not-ready', title: 'The daemon is not ready', detail: problem, next: 'It tries again by itself. `steward check` says more.' };
  }
  if (settingsProblem !== null) {
    yield {
      kind: 'settings',
      title: 'The settings file is not in force',
      detail: settingsProblem,
      next: 'The settings that were read before still count. Mend the file; it is read again by itself.',
    };
  }
}

function* ofSettings({ releases }: Status): Generator<Stop> {
  if (!releases.isEnabled) {
    yield { kind: 'switched-off', title: 'Releases are switched off', next: 'Set `Butler.qlikSenseLicense.licenseRelease.enable: true` in the settings file.' };
  }
  if (releases.isDryRun) {
    yield { kind: 'dry-run', title: 'This is a dry run', next: 'Plans are made and nothing goes. Set `Butler.qlikSenseLicense.licenseRelease.dryRun: false` when the plans are right.' };
  }
}

function* ofPeople({ releases, latestPlan, work }: Status): Generator<Stop> {
  const { armed, isArmedHere, openRun, paused, rulesWaiting } = releases;
  const plan = latestPlan?.isStored ? { href: planAddress(latestPlan.id), label: 'Look at the latest plan' } : undefined;
  if (openRun !== null && work?.kind !== 'apply' && work?.kind !== 'undo') {
    yield {
      kind: 'open-run',
      title: `Run ${openRun} is not finished`,
      next: 'It is at work, or was interrupted; then it is looked at again before anything else goes.',
      link: { href: runAddress(openRun), label: `Look at run ${openRun}` },
    };
  }
  if (paused) {
    const note = paused.note ? `: ${paused.note}` : '';
    yield { kind: 'paused', title: 'Releases are paused', detail: `by ${paused.by} on ${local(paused.at)}${note}`, next: 'Resume when the reason is gone.' };
  }
  if (!isArmedHere) {
    yield {
      kind: 'not-armed',
      title: armed ? 'Releases are not armed for this server' : 'Nobody has armed releases yet',
      next: 'Look at a plan; when it is right, arm with it.',
      link: plan,
    };
  } else if (rulesWaiting !== null) {
    yield { kind: 'rules-changed', title: 'Changed rules wait for you', detail: rulesWaiting, next: 'Look at the latest plan; when it is right, arm with it.', link: plan };
  }
  if (!releases.isWindowOpen) {
    const { windowOpensAt } = releases;
    yield {
      kind: 'outside-window',
      title: 'The window for releases is closed',
      next: windowOpensAt ? `It opens on ${local(windowOpensAt)}.` : 'It never opens: look at `steward.guard.window` in the settings file.',
    };
  }
}
