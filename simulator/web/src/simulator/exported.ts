// What an exported file says, beside what the page shows: a plan asks for every reason, and a view for none.

import type { ViewResult } from '../engine/types.js';
import { number } from '../parts/format.js';

export interface Exported {
  readonly releases: number;
  /** How the policy broke its contract, if it did. */
  readonly fault: string | undefined;
}

/** Of a plan file. */
export function readPlan(bytes: Uint8Array): Exported {
  const plan = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly releases: readonly string[];
    readonly faults: readonly { readonly kind: string; readonly detail: string }[];
  };
  const [fault] = plan.faults;
  return { releases: plan.releases.length, fault: fault && `${fault.kind}: ${fault.detail}` };
}

/** Of a table: its lines end with whether the seat goes and what holds it, and no cell has a line break. */
export function readTable(bytes: Uint8Array): Exported {
  const lines = new TextDecoder().decode(bytes).split('\r\n');
  return { releases: lines.filter((line) => line.endsWith(',true,')).length, fault: undefined };
}

export const released = ({ types }: Pick<ViewResult, 'types'>): number => types.reduce((sum, one) => sum + one.released, 0);

/** Undefined when both say the same. */
export function differenceOf(file: string, { releases }: Exported, shown: number): string | undefined {
  if (releases === shown) return undefined;
  return `${file} releases ${number(releases)}, and the page says ${number(shown)}: the file counts, because it was made with every reason.`;
}
