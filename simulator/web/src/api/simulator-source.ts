// A daemon as the simulator sees it: its latest snapshot, and its policies byte for byte.

import type { DaemonPolicy, DaemonPolicyIdentity, DaemonSource } from '../simulator/daemon-source.js';
import { answerOf, type Api } from './client.js';

export function simulatorSource(api: Api): DaemonSource {
  return {
    async snapshot(plan?: string): Promise<Uint8Array> {
      const asked = { params: { query: plan === undefined ? {} : { plan } }, parseAs: 'arrayBuffer' } as const;
      const { data } = await api.GET('/api/v1/snapshot', asked);
      return new Uint8Array(answerOf({ data }));
    },
    async policyOf(plan: string): Promise<DaemonPolicyIdentity> {
      const { policy } = answerOf(await api.GET('/api/v1/plans/{plan}', { params: { path: { plan } } }));
      return { name: policy.name, version: policy.version, digest: policy.digest };
    },
    async policies(): Promise<readonly DaemonPolicy[]> {
      const { policies } = answerOf(await api.GET('/api/v1/policies'));
      // One with a problem decides nothing and cannot be had.
      return policies
        .filter(({ problem }) => problem === null)
        .map(({ name, version, digest, isActive, isPrevious, isShadow }) => ({ name, version, digest, isActive, isPrevious, isShadow }));
    },
    async component(digest: string): Promise<Uint8Array> {
      const asked = { params: { path: { digest } }, parseAs: 'arrayBuffer' } as const;
      const { data } = await api.GET('/api/v1/policies/{digest}/component', asked);
      return new Uint8Array(answerOf({ data }));
    },
  };
}
