// world steward:simulator/simulator@1.0.0
import type * as StewardPolicyBulk from './interfaces/steward-policy-bulk.js'; // steward:policy/bulk@1.0.0
import type * as StewardPolicyPolicy from './interfaces/steward-policy-policy.js'; // steward:policy/policy@1.0.0
import type * as StewardSimulatorEngine from './interfaces/steward-simulator-engine.js'; // steward:simulator/engine@1.0.0
export interface ImportObject {
  'steward:policy/bulk@1.0.0': typeof StewardPolicyBulk,
  'steward:policy/policy@1.0.0': typeof StewardPolicyPolicy,
}
export interface Simulator {
  'steward:simulator/engine@1.0.0': typeof StewardSimulatorEngine,
  engine: typeof StewardSimulatorEngine,
}

/**
* Instantiates this component with the provided imports and
* returns a map of all the exports of the component.
*
* This function is intended to be similar to the
* `WebAssembly.Instantiate` constructor. The second `imports`
* argument is the "import object" for wasm, except here it
* uses component-model-layer types instead of core wasm
* integers/numbers/etc.
*
* The first argument to this function, `getCoreModule`, is
* used to compile core wasm modules within the component.
* Components are composed of core wasm modules and this callback
* will be invoked per core wasm module. The caller of this
* function is responsible for reading the core wasm module
* identified by `path` and returning its compiled
* `WebAssembly.Module` object. This would use the
* `WebAssembly.Module` constructor on the web, for example.
*/
export function instantiate(
getCoreModule: (path: string) => WebAssembly.Module,
imports: ImportObject,
instantiateCore?: (module: WebAssembly.Module, imports: WebAssembly.Imports) => WebAssembly.Instance
): Simulator;

