// What somebody can do next about a refusal. The daemon's own sentence says what is wrong.

import type { ApiProblem } from '../api/client.js';

const TITLES: Partial<Record<ApiProblem['code'], string>> = {
  'no-answer': 'The daemon does not answer',
  'no-daemon': 'There is no daemon behind this page',
  'not-found': 'It is not there',
  conflict: 'Not in this state',
  'too-many': 'The daemon asks for a pause',
  unavailable: 'The daemon is busy',
  'not-allowed': 'This takes the role operator',
  invalid: 'The daemon refused it',
  failed: 'Something failed in the daemon',
};

const NEXT: Partial<Record<ApiProblem['code'], string>> = {
  'no-answer': 'What is shown may be old. This page tries again by itself; if it stays like this, look whether Steward’s service runs.',
  'no-daemon': 'Look at the address, and at whatever stands between this browser and the daemon.',
  conflict: 'Somebody may have been faster, or other work is not done yet. Look at the page again, then try again.',
  'too-many': 'This page asks again by itself in a moment.',
  unavailable: 'This page asks again by itself in a moment.',
  'not-allowed': 'Sign in with a token of an operator.',
  failed: 'The log of the daemon says more.',
};

export const titleOf = ({ code }: ApiProblem): string => TITLES[code] ?? 'The daemon refused it';
export const nextOf = ({ code }: ApiProblem): string | undefined => NEXT[code];
