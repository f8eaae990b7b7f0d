// What the engine calls things, as people read it.

import type { Difference, LicenseType, Standing } from '../engine/types.js';

export type { Difference, LicenseType, Standing };

/** First what happens, then what stops it, then the rest. */
export const STANDINGS_SHOWN: readonly Standing[] = ['released', 'held', 'guarded', 'later', 'kept'];

export const DIFFERENCE_NAMES: Record<Difference, string> = {
  'newly-loses': 'Newly loses',
  'newly-keeps': 'Newly keeps',
  'other-rule': 'Other rule',
};

export const DIFFERENCE_TONES = {
  'newly-loses': 'released',
  'newly-keeps': 'guarded',
  'other-rule': 'kept',
} as const;
