// One policy on one snapshot: requests in lanes, answered by a worker that is started again when it was ended.

import type { Columns, Outlines, Query } from './generated/interfaces/steward-simulator-engine.js';
import { SimulatorError } from './errors.js';
import { Lanes, type Steps } from './lanes.js';
import { DEADLINE_MS, OPEN_DEADLINE_MS } from './limits.js';
import type { Calls, Method, Opened, Parts } from './protocol.js';
import { CallFailed, type PolicyWorker, type Sandbox } from './sandbox.js';
import type {
  Comparison,
  Explanation,
  Instant,
  NumberSetting,
  OnProgress,
  Policy,
  Row,
  Session,
  SweepPoint,
  SweepRequest,
  TimelineDay,
  TimelineRequest,
  View,
  ViewResult,
} from './types.js';

/** What a session is made of. */
export interface SessionParts {
  readonly sandbox: Sandbox;
  readonly policy: Policy;
  readonly parts: Parts;
  readonly snapshot: Uint8Array;
  readonly deadlineMs?: number | undefined;
}

/** So long a slice of a long job may take, about: a newer request waits no longer. */
const SLICE_MS = 25;
/** The first slice is a batch, or a few seats of a policy that is asked one by one; the next ones follow from its time. */
const SEATS_FIRST = { withBulk: 1024, oneByOne: 16 };
const SEATS_MAX = 1 << 20;
const SWEEP_VALUES = 365;
const TIMELINE_DAYS = 180;

/** A worker with the snapshot in it. `views` counts the views that it has made. */
interface Live {
  readonly worker: PolicyWorker;
  view: OpenView | undefined;
}

export class OpenSession implements Session {
  readonly policy: Policy;
  readonly #from: SessionParts;
  readonly #lanes = new Lanes();
  readonly #deadlineMs: number;
  #live: Live | undefined;
  #opened: Opened;
  #current: OpenView | undefined;

  private constructor(from: SessionParts, live: Live, opened: Opened) {
    this.policy = from.policy;
    this.#from = from;
    this.#deadlineMs = from.deadlineMs ?? DEADLINE_MS;
    this.#live = live;
    this.#opened = opened;
  }

  static async open(from: SessionParts): Promise<OpenSession> {
    const [live, opened] = await started(from);
    return new OpenSession(from, live, opened);
  }

  get summary(): Opened['summary'] {
    return this.#opened.summary;
  }

  get draft(): string {
    return this.#opened.draft;
  }

  get plainDraft(): string {
    return this.#opened.plainDraft;
  }

  view(draft: string, now: Instant = this.summary.takenAt, onProgress?: OnProgress): Promise<View> {
    // What is asked of the old view is of no use any more.
    this.#current = undefined;
    for (const lane of ['order', 'rows', 'explain', 'compare', 'outlines', 'test-case'] as const) {
      this.#lanes.supersede(lane);
    }
    return this.#lanes.request('view', () => this.#viewSteps(draft, now, onProgress));
  }

  plan(draft: string, now: Instant = this.summary.takenAt, onProgress?: OnProgress): Promise<Uint8Array> {
    return this.#lanes.request('plan', () => this.#planSteps('json', draft, now, onProgress));
  }

  csv(draft: string, now: Instant = this.summary.takenAt, onProgress?: OnProgress): Promise<Uint8Array> {
    return this.#lanes.request('plan', () => this.#planSteps('csv', draft, now, onProgress));
  }

  sweep(request: SweepRequest, onPoints?: (points: readonly SweepPoint[]) => void): Promise<readonly SweepPoint[]> {
    return this.#lanes.request('sweep', () => this.#sweepSteps(request, onPoints));
  }

  timeline(
    request: TimelineRequest,
    onDays?: (days: readonly TimelineDay[]) => void,
  ): Promise<readonly TimelineDay[]> {
    return this.#lanes.request('timeline', () => this.#timelineSteps(request, onDays));
  }

  giveUp(question: 'sweep' | 'timeline'): void {
    this.#lanes.supersede(question);
  }

  numbers(draft: string): Promise<readonly NumberSetting[]> {
    return this.#direct('numbers', [draft]);
  }

  yaml(draft: string): Promise<string> {
    return this.#direct('yaml', [draft]);
  }

  close(): void {
    this.#lanes.close();
    this.#live?.worker.end({ kind: 'broken', detail: 'the session was closed' });
    this.#live = undefined;
  }

  /** Asks something of a view, which must be the newest one. For `OpenView` only. */
  ofView<M extends 'order' | 'rows' | 'explain' | 'testCase' | 'outlines' | 'compare'>(
    view: OpenView,
    method: M,
    args: Calls[M]['takes'],
  ): Promise<Calls[M]['gives']> {
    if (this.#current !== view) return Promise.reject(new SimulatorError({ kind: 'superseded' }));
    return this.#lanes.request(method === 'testCase' ? 'test-case' : method, () => this.#viewCall(view, method, args));
  }

  async *#viewCall<M extends Method>(view: OpenView, method: M, args: Calls[M]['takes']): Steps<Calls[M]['gives']> {
    // The worker may have been ended since: the view is made once more.
    if ((await this.#worker()).view !== view) {
      yield* this.#sliced('viewStart', [view.draft, view.now], 'viewStep', undefined);
      (await this.#worker()).view = view;
    }
    return await this.#call(method, args);
  }

  async *#viewSteps(draft: string, now: Instant, onProgress: OnProgress | undefined): Steps<View> {
    yield* this.#sliced('viewStart', [draft, now], 'viewStep', onProgress);
    const { result, columns } = await this.#call('viewFinish', []);
    const view = new OpenView(this, { draft, now, result, columns });
    const live = await this.#worker();
    live.view = view;
    this.#current = view;
    return view;
  }

  async *#planSteps(
    format: 'json' | 'csv',
    draft: string,
    now: Instant,
    onProgress: OnProgress | undefined,
  ): Steps<Uint8Array> {
    yield* this.#sliced('planStart', [draft, now], 'planStep', onProgress);
    return await this.#call('planFinish', [format]);
  }

  async *#sweepSteps(
    request: SweepRequest,
    onPoints: ((points: readonly SweepPoint[]) => void) | undefined,
  ): Steps<readonly SweepPoint[]> {
    const values = coarseFirst(request.values ?? Array.from({ length: SWEEP_VALUES }, (_, index) => index + 1));
    const now = request.now ?? this.summary.takenAt;
    await this.#call('sweepStart', [request.draft, now, request.pointers, Uint32Array.from(values)]);
    const points: SweepPoint[] = [];
    for (const slice = this.#slice(); ; ) {
      const { progress, points: more } = await slice.timed((seats) => this.#call('sweepStep', [seats]));
      points.push(...more);
      if (more.length > 0) onPoints?.([...points].sort((a, b) => a.value - b.value));
      if (progress.done >= progress.total) return points.sort((a, b) => a.value - b.value);
      yield;
    }
  }

  async *#timelineSteps(
    request: TimelineRequest,
    onDays: ((days: readonly TimelineDay[]) => void) | undefined,
  ): Steps<readonly TimelineDay[]> {
    const now = request.now ?? this.summary.takenAt;
    await this.#call('timelineStart', [request.draft, now, request.days ?? TIMELINE_DAYS]);
    const days: TimelineDay[] = [];
    for (const slice = this.#slice(); ; ) {
      const { progress, days: more } = await slice.timed((seats) => this.#call('timelineStep', [seats]));
      days.push(...more);
      if (more.length > 0) onDays?.([...days]);
      if (progress.done >= progress.total) return days;
      yield;
    }
  }

  /** Starts a job and does its steps in slices. */
  async *#sliced<S extends 'viewStart' | 'planStart'>(
    start: S,
    args: Calls[S]['takes'],
    step: 'viewStep' | 'planStep',
    onProgress: OnProgress | undefined,
  ): Steps<undefined> {
    if (start === 'viewStart') (await this.#worker()).view = undefined;
    await this.#call(start, args);
    for (const slice = this.#slice(); ; ) {
      const { done, total } = await slice.timed((seats) => this.#call(step, [seats]));
      onProgress?.(total === 0 ? 1 : done / total);
      if (done >= total) return undefined;
      yield;
    }
  }

  /** A question that supersedes nothing: it is answered between two slices. */
  async #direct<M extends 'numbers' | 'yaml'>(method: M, args: Calls[M]['takes']): Promise<Calls[M]['gives']> {
    return await this.#call(method, args);
  }

  async #call<M extends Method>(method: M, args: Calls[M]['takes']): Promise<Calls[M]['gives']> {
    const { worker } = await this.#worker();
    try {
      return await worker.call(method, args, this.#deadlineMs);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const problem = error.toProblem();
      if (error.isOver && this.#live?.worker === worker) {
        this.#live = undefined;
        // What other requests had in that worker is gone too.
        this.#lanes.fail(problem);
      }
      throw problem;
    }
  }

  #slice(): Slice {
    return new Slice(this.policy.hasBulk ? SEATS_FIRST.withBulk : SEATS_FIRST.oneByOne);
  }

  async #worker(): Promise<Live> {
    if (this.#live !== undefined && !this.#live.worker.isOver) return this.#live;
    const [live, opened] = await started(this.#from);
    this.#live = live;
    this.#opened = opened;
    return live;
  }
}

/** A new worker that has read the snapshot. */
async function started({ sandbox, policy, parts, snapshot, deadlineMs }: SessionParts): Promise<[Live, Opened]> {
  const worker = await sandbox.start();
  try {
    await worker.call('load', [parts], deadlineMs ?? DEADLINE_MS);
    const opened = await worker.call('open', [snapshot, policy.digest], OPEN_DEADLINE_MS);
    return [{ worker, view: undefined }, opened];
  } catch (error) {
    worker.end({ kind: 'broken', detail: 'the session could not be opened' });
    throw error instanceof CallFailed ? error.toProblem() : error;
  }
}

/** An answer that asks for more. */
export class OpenView implements View {
  readonly draft: string;
  readonly now: Instant;
  readonly result: ViewResult;
  readonly columns: Columns;
  readonly #session: OpenSession;

  constructor(session: OpenSession, from: Pick<View, 'draft' | 'now' | 'result' | 'columns'>) {
    this.#session = session;
    this.draft = from.draft;
    this.now = from.now;
    this.result = from.result;
    this.columns = from.columns;
  }

  order(query: Query): Promise<Uint32Array> {
    return this.#session.ofView(this, 'order', [query]);
  }

  rows(places: Uint32Array | readonly number[]): Promise<readonly Row[]> {
    return this.#session.ofView(this, 'rows', [Uint32Array.from(places)]);
  }

  explain(place: number): Promise<Explanation> {
    return this.#session.ofView(this, 'explain', [place]);
  }

  testCase(place: number): Promise<string> {
    return this.#session.ofView(this, 'testCase', [place]);
  }

  async compare(before: View): Promise<Comparison> {
    if (!(before instanceof OpenView)) throw new TypeError('a view of another simulator');
    return await this.#session.ofView(this, 'compare', [await before.outlines()]);
  }

  /** What the policy said, for another session. */
  outlines(): Promise<Outlines> {
    return this.#session.ofView(this, 'outlines', []);
  }
}

/** How many seats the next step asks about, so that it takes about as long as a slice should. */
class Slice {
  readonly #least: number;
  #seats: number;

  constructor(least: number) {
    this.#least = least;
    this.#seats = least;
  }

  async timed<T>(step: (seats: number) => Promise<T>): Promise<T> {
    const began = performance.now();
    const value = await step(this.#seats);
    const factor = SLICE_MS / Math.max(performance.now() - began, 0.1);
    // Growing by no more than eight times: the first step often has to warm up, or finds everything cached.
    const seats = this.#seats * Math.min(factor, 8);
    this.#seats = Math.round(Math.min(Math.max(seats, this.#least), SEATS_MAX));
    return value;
  }
}

/** The ends, the middle, the middles between: a chart takes shape early. */
export function coarseFirst(values: readonly number[]): number[] {
  const last = values.length - 1;
  if (last < 2) return [...values];
  const order = [0, last];
  for (let spans: [number, number][] = [[0, last]]; spans.length > 0; ) {
    const next: [number, number][] = [];
    for (const [from, to] of spans) {
      if (to - from < 2) continue;
      const middle = (from + to) >> 1;
      order.push(middle);
      next.push([from, middle], [middle, to]);
    }
    spans = next;
  }
  return order.map((index) => values[index] as number);
}
