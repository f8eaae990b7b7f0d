// Enumerations of the engine in its order, and in the order in which people want to read them.

import type { Difference, Hold, LicenseType, Standing } from '../engine/types.js';

export type { Difference, LicenseType, Standing };
export type Scope = Hold['scope'];

/** First what happens, then what stops it, then the rest. */
export const STANDINGS_SHOWN: readonly Standing[] = ['released', 'held', 'guarded', 'later', 'kept'];

/** In the order of the engine: `columns.standings` are places in it. */
export const STANDINGS: readonly Standing[] = ['kept', 'released', 'held', 'guarded', 'later'];

/** In the order of the engine: `columns.licenseTypes` are places in it. */
export const LICENSE_TYPES: readonly LicenseType[] = ['analyzer', 'professional', 'user'];

/** In the order of the engine: `comparison.differences` are places in it. */
export const DIFFERENCES: readonly Difference[] = ['newly-loses', 'newly-keeps', 'other-rule'];

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
