// What somebody chose. Everything else on the page follows from it.

import type { Draft, Policy, Query } from '../engine/types.js';
import { NO_PRICES, type Currency, type Prices } from './money.js';
import { EVERY_SEAT } from './query.js';

export interface SnapshotSource {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly origin: 'example' | 'file' | 'daemon';
}

export type SideName = 'a' | 'b';

/** One policy with its settings. */
export class SideInputs {
  policy: Policy | undefined = $state.raw();
  /** Undefined until the engine has said how the settings of the snapshot begin. */
  draft: Draft | undefined = $state.raw();
  /** The same before anybody changed it. */
  begun: Draft | undefined = $state.raw();

  /** Settings that nobody made by hand: they came with a snapshot or a link. */
  begin(draft: Draft | undefined): void {
    this.draft = draft;
    this.begun = draft;
  }

  get isChanged(): boolean {
    return this.begun !== undefined && this.draft !== this.begun && JSON.stringify(this.draft) !== JSON.stringify(this.begun);
  }
}

export type Tab = 'seats' | 'sweep' | 'timeline' | 'compare';

export class Inputs {
  snapshot: SnapshotSource | undefined = $state.raw();
  readonly a = new SideInputs();
  readonly b = new SideInputs();
  /** Undefined: when the snapshot was taken. */
  now: number | undefined = $state();
  query: Query = $state.raw(EVERY_SEAT);
  /** Whose results are shown, and whose settings are edited. */
  shown: SideName = $state('a');
  tab: Tab = $state('seats');
  /** The seat that is explained. */
  place: number | undefined = $state();
  /** The number that the sweep moves. */
  swept: string | undefined = $state();
  prices: Prices = $state.raw(NO_PRICES);
  currency: Currency = $state('EUR');
  /** A file of somebody's was taken. */
  hasFile = $state(false);
  /** The time and the prices that the address asked for. */
  #begun: { readonly now: number | undefined; readonly prices: Prices } = { now: undefined, prices: NO_PRICES };

  /** A time and prices that nobody wrote here: they came with a link. */
  begin(now: number | undefined, prices: Prices): void {
    this.now = now;
    this.prices = prices;
    this.#begun = { now, prices };
  }

  /** Something would be lost with the page that its address does not bring back. */
  get isWorkedOn(): boolean {
    const { now, prices } = this.#begun;
    return this.hasFile || this.a.isChanged || this.b.isChanged || this.now !== now || this.prices !== prices;
  }

  side(name: SideName): SideInputs {
    return name === 'a' ? this.a : this.b;
  }
}
