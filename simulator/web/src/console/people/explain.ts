// Asks why a person's seats stay or go.

import { answerOf, type Schemas } from '../../api/client.js';
import { daemon } from '../../api/daemon.svelte.js';

export async function explain(person: string, plan: string | undefined): Promise<Schemas['Explanation']> {
  return answerOf(await daemon.api.GET('/api/v1/explanation', { params: { query: plan === undefined ? { person } : { person, plan } } }));
}
