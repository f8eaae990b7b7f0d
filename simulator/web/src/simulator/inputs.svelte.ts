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

  side(name: SideName): SideInputs {
    return name === 'a' ? this.a : this.b;
  }
}
