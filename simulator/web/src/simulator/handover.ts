// Sessions that were opened to see whether a snapshot is good: the side that they are for takes them over.

import type { Policy, Session, Simulator } from '../engine/types.js';

interface Ready {
  readonly policy: Policy;
  readonly snapshot: Uint8Array;
  readonly session: Session;
}

export class Handover {
  readonly #simulator: Pick<Simulator, 'open'>;
  #ready: readonly Ready[] = [];

  constructor(simulator: Pick<Simulator, 'open'>) {
    this.#simulator = simulator;
  }

  /** One that waits for this policy and these bytes, or a new one. */
  async open(policy: Policy, snapshot: Uint8Array): Promise<Session> {
    const found = this.#ready.find((one) => one.policy === policy && one.snapshot === snapshot);
    this.#ready = this.#ready.filter((one) => one !== found);
    return found?.session ?? (await this.#simulator.open(policy, snapshot));
  }

  /** For the next `open` of the same; what was offered before for the same policy is closed. */
  offer(policy: Policy, snapshot: Uint8Array, session: Session): void {
    for (const old of this.#ready) if (old.policy === policy) old.session.close();
    this.#ready = [...this.#ready.filter((one) => one.policy !== policy), { policy, snapshot, session }];
  }
}
