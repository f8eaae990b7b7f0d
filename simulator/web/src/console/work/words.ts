// What somebody asked the daemon to do, and what came of it, in words and with the way to it.

import type { Schemas } from '../../api/client.js';
import { seats } from '../../parts/format.js';
import { planAddress, policyAddress, runAddress } from '../routes.js';

export type Work = Schemas['Work'];

const DOING: Record<Schemas['WorkKind'], string> = {
  plan: 'Making a plan',
  apply: 'Applying a plan',
  'undo-preview': 'Looking at what an undo would do',
  undo: 'Giving seats back',
  gate: 'Looking at what speaks against a policy',
  activate: 'Activating a policy',
  rollback: 'Rolling back to the policy before',
};

const NOT_DONE: Record<Schemas['WorkKind'], string> = {
  plan: 'No plan was made',
  apply: 'The plan was not applied',
  'undo-preview': 'The undo could not be looked at',
  undo: 'The undo failed',
  gate: 'The policy could not be looked at',
  activate: 'The policy was not activated',
  rollback: 'The policy was not rolled back',
};

export const doing = ({ kind }: Work): string => DOING[kind];

/** How it ended, in a sentence. */
export function ended(work: Work): string {
  if (work.state === 'failed') return `${NOT_DONE[work.kind]}: ${work.message ?? 'the log of the daemon says why'}`;
  const { result } = work;
  switch (result?.type) {
    case 'planned':
      return `A plan was made: ${seats(result.plan.releases)} would go.`;
    case 'applied':
      return result.run ? `Run ${result.run.run}: ${outcomes(result.run)}.` : 'Nothing was released: the fresh reading keeps everything.';
    case 'undone':
      return `Run ${result.run.run}: ${outcomes(result.run)}.`;
    case 'undo-previewed':
      return `${seats(result.preview.possible)} of ${result.preview.seats.length} can be given back.`;
    case 'examined':
      return result.findings.isPassed ? 'Nothing speaks against the policy.' : 'Something speaks against the policy.';
    case 'activated':
      return result.isActive ? 'The policy decides from the next plan on.' : 'The gate said no: the policy was not activated.';
    case undefined:
      return work.message ?? 'It is done.';
  }
}

/** Where to look at what came of it. */
export function placeOf({ result, kind, subject }: Work): { readonly href: string; readonly label: string } | undefined {
  switch (result?.type) {
    case 'planned':
      return { href: planAddress(result.plan.id), label: 'Look at the plan' };
    case 'applied':
      if (result.run) return { href: runAddress(result.run.run), label: `Look at run ${result.run.run}` };
      return { href: planAddress(subject), label: 'Look at the plan' };
    case 'undone':
      return { href: runAddress(result.run.run), label: `Look at run ${result.run.run}` };
    case 'examined':
    case 'activated':
      return { href: policyAddress(result.findings.policy), label: 'Look at the policy' };
    case 'undo-previewed':
    case undefined:
      return kind === 'apply' ? { href: planAddress(subject), label: 'Look at the plan' } : undefined;
  }
}

const OUTCOMES: Record<Schemas['SeatResult'], string> = {
  freed: 'freed',
  quarantined: 'in quarantine',
  restored: 'given back',
  'holds-seat': 'held one already',
  'gone-before': 'gone before',
  'still-allocated': 'still allocated',
  failed: 'failed',
  'not-restored': 'not given back',
  stale: 'kept after all',
  unresolved: 'not known yet',
  'not-tried': 'not tried',
};

export const outcomeName = (outcome: string): string => (OUTCOMES as Readonly<Record<string, string>>)[outcome] ?? outcome;

/** In the order in which people want to see them, without those that nothing came of. */
export function countedOutcomes(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const known = Object.keys(OUTCOMES);
  const place = (outcome: string) => (known.includes(outcome) ? known.indexOf(outcome) : known.length);
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([one], [other]) => place(one) - place(other));
}

/** Such as `91 freed, 2 kept after all`. */
export function outcomes({ counts }: { readonly counts: Readonly<Record<string, number>> }): string {
  const some = countedOutcomes(counts);
  return some.length === 0 ? 'no seat' : some.map(([outcome, count]) => `${count} ${outcomeName(outcome)}`).join(', ');
}

/** Which of them are good, which want a look. */
export function outcomeTone(outcome: string): 'released' | 'later' | 'good' | 'warn' | 'kept' {
  if (outcome === 'freed') return 'released';
  if (outcome === 'quarantined') return 'later';
  if (outcome === 'restored') return 'good';
  if (outcome === 'stale' || outcome === 'holds-seat' || outcome === 'gone-before' || outcome === 'not-tried') return 'kept';
  return 'warn';
}
