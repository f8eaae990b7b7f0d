// A daemon as the simulator sees it: its latest snapshot, and its policies byte for byte.

import type { DaemonPolicy, DaemonSource } from '../simulator/daemon-source.js';
import { answerOf, type Api } from './client.js';

export function simulatorSource(api: Api): DaemonSource {
  return {
    async snapshot(): Promise<Uint8Array> {
      const { data } = await api.GET('/api/v1/snapshot', { parseAs: 'arrayBuffer' });
      return new Uint8Array(answerOf({ data }));
    },
    async policies(): Promise<readonly DaemonPolicy[]> {
      const { policies } = answerOf(await api.GET('/api/v1/policies'));
      return policies.map(({ name, version, digest }) => ({ name, version, digest }));
    },
    async component(digest: string): Promise<Uint8Array> {
      const asked = { params: { path: { digest } }, parseAs: 'arrayBuffer' } as const;
      const { data } = await api.GET('/api/v1/policies/{digest}/component', asked);
      return new Uint8Array(answerOf({ data }));
    },
  };
}
