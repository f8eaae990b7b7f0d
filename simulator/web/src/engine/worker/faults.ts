// What a policy does wrong in a browser, told apart from bugs of ours.

import type { Fault } from '../generated/interfaces/steward-simulator-engine.js';

export class PolicyFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(`${fault.kind}: ${fault.detail}`);
    this.name = 'PolicyFault';
    this.fault = fault;
  }
}

/** How many bytes of text the policy may still hand over in the current answer. */
export class Meter {
  readonly #max: number;
  #left: number;

  constructor(max: number) {
    this.#max = max;
    this.#left = max;
  }

  reset(): void {
    this.#left = this.#max;
  }

  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) {
      const detail = `an answer has more than ${this.#max} bytes of text`;
      throw new PolicyFault({ kind: 'oversize', detail });
    }
  }
}

/** Every text that leaves the policy goes through a `TextDecoder` of this class. */
export function meteredDecoder(meter: Meter, Original: typeof TextDecoder): typeof TextDecoder {
  return class extends Original {
    override decode(input?: AllowSharedBufferSource, options?: TextDecodeOptions): string {
      if (input !== undefined) meter.take(input.byteLength);
      return super.decode(input, options);
    }
  };
}
