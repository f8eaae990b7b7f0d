// The worker: answers calls one after the other. What it runs was handed to it; it fetches nothing, and its
// Content-Security-Policy would not let it.

import type { Calls, Failure, Method, Request, Response } from '../protocol.js';
import { Runner } from './runner.js';
import { transpile } from './transpile.js';

type Handlers = { [M in Method]: (...args: Calls[M]['takes']) => Calls[M]['gives'] | Promise<Calls[M]['gives']> };

/** The page hands over one end of a channel; from then on only that counts. */
addEventListener(
  'message',
  (event: MessageEvent) => {
    const port = event.ports[0];
    if (port !== undefined) serve(port);
  },
  { once: true },
);

function serve(port: MessagePort): void {
  const runner = new Runner();
  const handlers: Handlers = {
    transpile,
    load: (parts) => runner.load(parts),
    digest: (bytes) => runner.digest(bytes),
    previewSchedule: (text, after, count) => runner.previewSchedule(text, after, count),
    open: (file, digest) => runner.open(file, digest),
    yaml: (draft) => runner.session.draftYaml(draft),
    numbers: (draft) => runner.session.numbers(draft),
    viewStart: (draft, now) => runner.startView(draft, now),
    viewStep: (seats) => runner.view.step(seats),
    viewFinish: () => ({ result: runner.view.outcome(), columns: runner.view.columns() }),
    order: (query) => runner.view.order(query),
    rows: (places) => runner.view.rows(places),
    explain: (place) => runner.view.explain(place),
    testCase: (place) => runner.view.testCase(place),
    outlines: () => runner.view.outlines(),
    compare: (before) => runner.view.compare(before),
    planStart: (draft, now) => runner.startPlan(draft, now),
    planStep: (seats) => runner.plan.step(seats),
    planFinish: (format) => (format === 'json' ? runner.plan.json() : runner.plan.csv()),
    sweepStart: (draft, now, pointers, values) => runner.startSweep(draft, now, pointers, values),
    sweepStep: (seats) => runner.sweep.step(seats),
    timelineStart: (draft, now, days) => runner.startTimeline(draft, now, days),
    timelineStep: (seats) => runner.timeline.step(seats),
  };
  port.onmessage = (event: MessageEvent<Request>) => void answer(event.data, handlers, runner, port);
}

async function answer(request: Request, handlers: Handlers, runner: Runner, port: MessagePort): Promise<void> {
  const { id } = request;
  try {
    const value = await call(request, handlers);
    port.postMessage({ id, value } satisfies Response, transferables(value));
  } catch (error) {
    port.postMessage({ id, failure: failure(error, runner) } satisfies Response);
  }
}

function call<M extends Method>(
  request: { readonly method: M; readonly args: Calls[M]['takes'] },
  handlers: Handlers,
): Calls[M]['gives'] | Promise<Calls[M]['gives']> {
  return handlers[request.method](...request.args);
}

/** The large lists of numbers of an answer: they are handed over, not copied. */
function transferables(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const look = (part: unknown, depth: number): void => {
    if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) found.add(part.buffer);
    } else if (depth > 0 && typeof part === 'object' && part !== null && !Array.isArray(part)) {
      for (const member of Object.values(part)) look(member, depth - 1);
    }
  };
  look(value, 2);
  return [...found];
}

function failure(error: unknown, runner: Runner): Failure {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return { kind: 'refused', refusal };
  const fault = runner.faultOf(error)?.fault;
  if (fault !== undefined) return { kind: 'fault', fault };
  return { kind: 'broken', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/** jco throws the error of a `result` as the payload of an exception. */
function refusalOf(error: unknown): Extract<Failure, { kind: 'refused' }>['refusal'] | undefined {
  if (!(error instanceof Error) || !('payload' in error)) return undefined;
  const { payload } = error;
  const isRefusal = typeof payload === 'object' && payload !== null && 'tag' in payload;
  return isRefusal ? (payload as Extract<Failure, { kind: 'refused' }>['refusal']) : undefined;
}
