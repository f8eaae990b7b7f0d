// What an event of the daemon says to read again.

import type { DaemonEvent } from '../../api/events.js';

export const TOPICS = ['status', 'pools', 'plans', 'runs', 'protections', 'policies', 'audit', 'settings', 'work', 'alerts'] as const;
export type Topic = (typeof TOPICS)[number];

export function topicsOf(event: DaemonEvent): readonly Topic[] {
  switch (event.type) {
    case 'hello':
      return TOPICS;
    case 'status':
      return ['status'];
    case 'reading':
      return ['pools', 'status'];
    case 'work':
      return ['work'];
    case 'alerts':
      return ['alerts'];
    case 'settings':
      return ['settings', 'status', 'policies'];
    case 'ledger':
      return [...new Set<Topic>(['audit', 'status', ...event.types.flatMap(ofEntry)])];
  }
}

function ofEntry(type: string): readonly Topic[] {
  if (type.startsWith('policy-') || type.startsWith('shadow-')) return ['policies'];
  if (type.startsWith('plan-') || type === 'cap-approved' || type === 'rules-accepted') return ['plans'];
  if (/^(run|release|restore)-/.test(type)) return ['runs', 'plans', 'pools'];
  if (type === 'bounced') return ['runs'];
  if (type === 'protected' || type === 'unprotected') return ['protections'];
  if (type === 'person-erased' || type === 'ledger-restored') return ['plans', 'runs', 'protections'];
  return [];
}
