// What the engine calls things, as people read it.

import type { Difference, LicenseType } from '../engine/types.js';

export type { Difference, LicenseType };

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
