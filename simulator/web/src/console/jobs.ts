// What the daemon does by schedule, in words.

import type { Schemas } from '../api/client.js';

interface JobWords {
  readonly name: string;
  readonly verb: string;
  /** What happens when somebody asks for it now. */
  readonly what: string;
}

export const JOBS: Record<Schemas['Job'], JobWords> = {
  monitor: {
    name: 'Read the pools',
    verb: 'Read the pools',
    what: 'The daemon asks the server how many seats there are and who holds them. Nothing is changed.',
  },
  'server-license': {
    name: 'Read the server’s licence',
    verb: 'Read the server’s licence',
    what: 'The daemon asks the server when its own licence ends. Nothing is changed.',
  },
  release: {
    name: 'Release idle seats',
    verb: 'Plan and release',
    what: 'The daemon makes a plan and applies it at once, exactly as it does by its schedule: seats go, without another question, unless a gate, a pause or a dry run holds them. To look before anything goes, make a plan instead.',
  },
};
