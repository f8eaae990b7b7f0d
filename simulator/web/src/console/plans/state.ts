// How it stands with a plan, in a word.

import type { Schemas } from '../../api/client.js';

type Line = Pick<Schemas['PlanLine'], 'appliedIn' | 'isOpen' | 'isStored'>;

export interface PlanState {
  readonly word: string;
  readonly tone: 'good' | 'accent' | 'plain';
}

export function stateOf({ appliedIn, isOpen, isStored }: Line): PlanState {
  if (appliedIn !== null) return { word: `applied in run ${appliedIn}`, tone: 'good' };
  if (isOpen) return { word: 'open', tone: 'accent' };
  return { word: isStored ? 'expired' : 'not kept', tone: 'plain' };
}
