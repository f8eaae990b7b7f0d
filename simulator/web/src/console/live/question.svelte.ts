// A question to the daemon that is asked anew whenever what it is about has changed, there or on this page.

import { untrack } from 'svelte';
import { ApiProblem } from '../../api/client.js';
import { Answer } from '../../parts/answer.svelte.js';
import { live } from './live.svelte.js';
import type { Topic } from './topics.js';

/** When the daemon is busy and does not say for how long. */
const RETRY_SECONDS = 5;

export class Question<T> extends Answer<T, ApiProblem> {
  constructor() {
    super(problemOf);
  }
}

export function problemOf(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem(0, 'no-answer', error instanceof Error ? error.message : String(error));
}

/**
 * Asks while the component that calls it is on the page. Whatever `question` reads before its first `await` is followed;
 * undefined means that there is nothing to ask.
 */
export function ask<T>(topics: readonly Topic[], question: () => Promise<T> | undefined): Question<T> {
  const answer = new Question<T>();
  let again = $state(0);
  $effect(() => {
    void again;
    for (const topic of topics) void live.changes[topic];
    const asked = question();
    untrack(() => {
      if (asked) void answer.ask(() => asked);
      else answer.clear();
    });
  });
  $effect(() => {
    const { problem } = answer;
    // When nobody answers at all, the stream of events finds out first when somebody does again.
    if (problem?.status !== 429 && problem?.status !== 503) return;
    const timer = setTimeout(() => (again += 1), 1_000 * (problem.retrySeconds ?? RETRY_SECONDS));
    return () => clearTimeout(timer);
  });
  return answer;
}
