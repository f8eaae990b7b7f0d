// The frame in which workers are made, and the workers as the page sees them: calls that are answered, or not in time.

import { SimulatorError } from './errors.js';
import type { Calls, Failure, FrameNotice, FrameRequest, Method, Response } from './protocol.js';

/** How long the frame may take to load before something is wrong with the files. */
const READY_MS = 30_000;

/** The frame: hidden, with an origin of its own and no network. */
export class Sandbox {
  readonly #frame: HTMLIFrameElement;
  readonly #ready: Promise<void>;
  readonly #source: string;
  readonly #workers = new Map<number, PolicyWorker>();
  readonly #listen = (event: MessageEvent<FrameNotice>): void => this.#notice(event);
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #next = 1;

  /** `source` is the text of the worker. */
  constructor(page: Document, address: URL, source: string) {
    this.#source = source;
    this.#ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      const detail = `the sandbox does not answer: ${address.pathname}`;
      setTimeout(() => reject(new SimulatorError({ kind: 'broken', detail })), READY_MS);
    });
    this.#ready.catch(() => undefined);
    addEventListener('message', this.#listen);
    this.#frame = page.createElement('iframe');
    // No `allow-same-origin`: the frame shares nothing with the page.
    this.#frame.setAttribute('sandbox', 'allow-scripts');
    this.#frame.hidden = true;
    this.#frame.title = 'Sandbox of the simulator';
    this.#frame.src = address.href;
    page.body.append(this.#frame);
  }

  async start(): Promise<PolicyWorker> {
    await this.#ready;
    const name = this.#next;
    this.#next += 1;
    const { port1, port2 } = new MessageChannel();
    const worker = new PolicyWorker(port1, () => {
      this.#workers.delete(name);
      this.#tell({ kind: 'stop', worker: name });
    });
    this.#workers.set(name, worker);
    this.#tell({ kind: 'start', worker: name, source: this.#source }, [port2]);
    return worker;
  }

  close(): void {
    removeEventListener('message', this.#listen);
    for (const worker of [...this.#workers.values()]) worker.end({ kind: 'broken', detail: 'the simulator was closed' });
    this.#frame.remove();
  }

  #tell(request: FrameRequest, transfer: Transferable[] = []): void {
    // An origin that nobody can name: the frame's own window is what makes sure who gets it.
    this.#frame.contentWindow?.postMessage(request, '*', transfer);
  }

  #notice(event: MessageEvent<FrameNotice>): void {
    if (event.source !== this.#frame.contentWindow) return;
    if (event.data.kind === 'ready') this.#settle?.resolve();
    else {
      const { worker, detail } = event.data;
      this.#workers.get(worker)?.end({ kind: 'fault', fault: { kind: 'trap', detail } });
    }
  }
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (failure: CallFailed) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Why a call was not answered. `isOver` says that the worker is of no use any more. */
export class CallFailed extends Error {
  readonly failure: Failure;
  readonly isOver: boolean;

  constructor(failure: Failure, isOver: boolean) {
    super(failure.kind);
    this.failure = failure;
    this.isOver = isOver;
  }

  toProblem(): SimulatorError {
    return new SimulatorError(this.failure);
  }
}

/** A worker. It is ended at the first fault, and by whoever does not need it any more. */
export class PolicyWorker {
  readonly #port: MessagePort;
  readonly #stop: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #over: CallFailed | undefined;

  constructor(port: MessagePort, stop: () => void) {
    this.#port = port;
    this.#stop = stop;
    port.onmessage = (event: MessageEvent<Response>) => this.#answer(event.data);
    port.onmessageerror = () => this.end({ kind: 'broken', detail: 'an answer could not be read' });
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Rejects with `CallFailed`. A worker that does not answer in time is ended. */
  call<M extends Method>(method: M, args: Calls[M]['takes'], deadlineMs: number): Promise<Calls[M]['gives']> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      const late = `no answer within ${deadlineMs / 1000} s`;
      const onLate = () => this.end({ kind: 'fault', fault: { kind: 'deadline', detail: late } });
      this.#waiting.set(id, { resolve, reject, timer: setTimeout(onLate, deadlineMs) });
      this.#port.postMessage({ id, method, args });
    });
  }

  /** Nothing of the worker runs after this. */
  end(failure: Failure): void {
    if (this.#over !== undefined) return;
    this.#over = new CallFailed(failure, true);
    this.#port.close();
    this.#stop();
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(this.#over);
    }
    this.#waiting.clear();
  }

  #answer(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    if (waiting === undefined) return;
    this.#waiting.delete(response.id);
    clearTimeout(waiting.timer);
    if ('value' in response) {
      waiting.resolve(response.value as never);
    } else if (response.failure.kind === 'refused') {
      waiting.reject(new CallFailed(response.failure, false));
    } else {
      // After a trap the instances are in no state that anybody knows.
      waiting.reject(new CallFailed(response.failure, true));
      this.end(response.failure);
    }
  }
}
