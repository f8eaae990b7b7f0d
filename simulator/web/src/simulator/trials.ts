// What would become of one seat under each of several changes. The limit of its type and the gates of the run follow from
// all seats, so each change is a view of its own; a session of its own makes them, so that the one on screen stays.

import { NO_GATE, STANDINGS } from '../engine/client.js';
import type { Change, Draft, Policy, Session, Simulator, Standing, View } from '../engine/types.js';
import { withChange } from './changes.js';

/** What becomes of the seat, and the first gate that holds it. */
export interface Trial {
  readonly standing: Standing;
  readonly gate: string | undefined;
}

/** By the place of the change. */
export type Trials = ReadonlyMap<number, Trial>;

/** The facts and settings from which a change starts. */
export interface Start {
  readonly policy: Policy;
  readonly snapshot: Uint8Array;
  readonly draft: Draft;
  readonly now: number;
}

/** Only then is there something that policy and seat alone do not say. */
export const isOpen = ({ verdict, gates }: Change): boolean => verdict === 'release' && gates.length === 0;

export class Tester {
  readonly #simulator: Pick<Simulator, 'open'>;
  #opened: { readonly policy: Policy; readonly snapshot: Uint8Array; readonly session: Promise<Session> } | undefined;

  constructor(simulator: Pick<Simulator, 'open'>) {
    this.#simulator = simulator;
  }

  /** One after the other; `ontrial` has those that are known so far. Ends early when nobody waits any more. */
  async tryAll(
    start: Start,
    place: number,
    changes: readonly Change[],
    { ontrial, signal }: { readonly ontrial: (trials: Trials) => void; readonly signal: AbortSignal },
  ): Promise<Trials> {
    const trials = new Map<number, Trial>();
    for (const [at, change] of changes.entries()) {
      const settings = change.kind === 'time' ? start.draft : withChange(start.draft, change);
      if (!isOpen(change) || !settings || signal.aborted) continue;
      const session = await this.#session(start);
      const view = await session.view(JSON.stringify(settings), change.at ?? start.now);
      const trial = trialOf(view, place);
      if (trial) trials.set(at, trial);
      ontrial(new Map(trials));
    }
    return trials;
  }

  #session({ policy, snapshot }: Start): Promise<Session> {
    const opened = this.#opened;
    if (opened && opened.policy === policy && opened.snapshot === snapshot) return opened.session;
    opened?.session.then((session) => session.close(), () => undefined);
    const session = this.#simulator.open(policy, snapshot);
    this.#opened = { policy, snapshot, session };
    session.catch(() => (this.#opened = undefined));
    return session;
  }
}

/** None when the policy fails: then nothing goes, whatever its seats say. */
function trialOf({ result, columns }: View, place: number): Trial | undefined {
  const standing = STANDINGS[columns.standings[place] ?? -1];
  if (result.fault || standing === undefined) return undefined;
  const gate = columns.gates[place] ?? NO_GATE;
  return { standing, gate: gate === NO_GATE ? undefined : result.gateNames[gate] };
}

/** As the end of a sentence that begins with `Then`; names between backticks. */
export function outcomeOf({ verdict, gates }: Change, trial: Trial | undefined): string {
  if (verdict === 'keep') return 'the policy keeps the seat';
  if (gates.length > 0) return `the policy releases it, and the guard keeps it (${named(gates)})`;
  switch (trial?.standing) {
    case undefined:
      return 'the policy releases it; the limit of its type or a gate of the run may still hold it';
    case 'released':
      return 'the seat goes';
    case 'later':
      return 'the policy releases it, and leaves it for a later run';
    case 'kept':
      return 'the policy keeps the seat';
    case 'held':
    case 'guarded':
      return trial?.gate === undefined ? 'the policy releases it, and a gate holds it' : `the policy releases it, and the gate ${named([trial.gate])} holds it`;
  }
}

const named = (gates: readonly string[]) => gates.map((gate) => `\`${gate}\``).join(', ');
