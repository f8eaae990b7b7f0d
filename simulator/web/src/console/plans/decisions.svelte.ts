// Decisions of a plan, page by page as they come on the screen. A plan does not change, so nothing is asked twice.

import { answerOf, type ApiProblem, type Schemas } from '../../api/client.js';
import { daemon } from '../../api/daemon.svelte.js';
import type { Window } from '../../parts/window.js';
import { problemOf } from '../live/question.svelte.js';
import { given, type DecisionFilter } from '../routes.js';
import type { DecisionRow } from './choice.js';

/** A few screens. */
const CHUNK = 200;

export const decisionPage = async (plan: string, filter: DecisionFilter, offset: number, limit: number): Promise<Schemas['DecisionPage']> =>
  answerOf(await daemon.api.GET('/api/v1/plans/{plan}/decisions', { params: { path: { plan }, query: given({ ...filter, offset, limit }) } }));

/** All decisions that fit, however many pages they take. */
export async function everyDecision(plan: string, filter: DecisionFilter): Promise<readonly DecisionRow[]> {
  const LIMIT = 1_000;
  const found: DecisionRow[] = [];
  for (;;) {
    const { rows, matching } = await decisionPage(plan, filter, found.length, LIMIT);
    found.push(...rows);
    if (rows.length === 0 || found.length >= matching) return found;
  }
}

export class Decisions {
  matching = $state(0);
  total = $state(0);
  rows: ReadonlyMap<number, DecisionRow> = $state.raw(new Map());
  problem: ApiProblem | undefined = $state.raw();
  isAsking = $state(false);
  #plan = '';
  #filter: DecisionFilter = {};
  /** Of the present question. */
  #asked = new Set<number>();
  #number = 0;

  /** Another question; what is shown stays until its first rows are there. */
  begin(plan: string, filter: DecisionFilter): void {
    this.#plan = plan;
    this.#filter = filter;
    this.#number += 1;
    this.#asked = new Set();
    void this.#load(0, true);
  }

  see({ first, end }: Window): void {
    for (let chunk = Math.floor(first / CHUNK); chunk * CHUNK < Math.min(end, this.matching); chunk += 1) {
      if (!this.#asked.has(chunk)) void this.#load(chunk, false);
    }
  }

  async #load(chunk: number, isFirst: boolean): Promise<void> {
    const number = this.#number;
    this.#asked.add(chunk);
    this.isAsking = true;
    try {
      const { rows, matching, total, offset } = await decisionPage(this.#plan, this.#filter, chunk * CHUNK, CHUNK);
      if (number !== this.#number) return;
      const kept = isFirst ? [] : [...this.rows];
      this.rows = new Map([...kept, ...rows.map((row, place): [number, DecisionRow] => [offset + place, row])]);
      this.matching = matching;
      this.total = total;
      this.problem = undefined;
    } catch (error) {
      if (number !== this.#number) return;
      this.#asked.delete(chunk);
      this.problem = problemOf(error);
    }
    this.isAsking = false;
  }
}
