// The engine for the user interface: makes a Simulator. `types.ts` has the whole interface on one page.

import { SimulatorError } from './errors.js';
import type { Simulator, SimulatorOptions } from './types.js';

export * from './types.js';
export { SimulatorError, isSuperseded, sentence } from './errors.js';

/** Loads the list of files of the engine. Nothing heavy is fetched before it is needed. */
export function createSimulator(_options: SimulatorOptions = {}): Promise<Simulator> {
  return Promise.reject(new SimulatorError({ kind: 'broken', detail: 'the engine is not built yet' }));
}
