// An engine that only looks like one: for working on the page, and for tests of the page, without WebAssembly.
// It knows thresholds and protections by name, and decides in the page. It is never shipped.

import { SimulatorError } from '../../src/engine/errors.js';
import type { Description, Draft, Policy, Session, Simulator } from '../../src/engine/types.js';
import { describeFake } from './policies.js';
import { FakeSession } from './session.js';

export * from '../../src/engine/types.js';
export { SimulatorError, isSuperseded, sentence } from '../../src/engine/errors.js';

export const STANDINGS = ['kept', 'released', 'held', 'guarded', 'later'] as const;
export const LICENSE_TYPES = ['analyzer', 'professional', 'user'] as const;
export const DIFFERENCES = ['newly-loses', 'newly-keeps', 'other-rule'] as const;

const NAMES = ['standard', 'need-based', 'leavers-first'];

function policyOf(fileName: string, description: Description): Policy {
  const digest = `sha256:${[...fileName].map((c) => c.charCodeAt(0).toString(16)).join('').padEnd(64, '0').slice(0, 64)}`;
  return { fileName, digest, bytes: 491_150, hasBulk: true, description };
}

export function createSimulator(): Promise<Simulator> {
  return Promise.resolve({
    shipped: NAMES.map((name) => ({ name, digest: policyOf(name, describeFake(name)).digest })),
    shippedPolicy: (name) => Promise.resolve(policyOf(name, describeFake(name))),
    loadPolicy: (fileName, bytes) =>
      bytes.length > 8
        ? Promise.resolve(policyOf(fileName, describeFake('standard')))
        : Promise.reject(new SimulatorError({ kind: 'no-policy', problem: { kind: 'imports', names: ['wasi:http/outgoing'] } })),
    open: (policy, snapshot): Promise<Session> => Promise.resolve(new FakeSession(policy, snapshot)),
    previewSchedule: () => Promise.resolve({ kind: 'later', warnings: [], next: new Float64Array() }),
    close: () => undefined,
  });
}

export type { Draft };
