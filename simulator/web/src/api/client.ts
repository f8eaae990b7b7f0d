// The daemon's HTTP API, typed by its description: `npm run types` writes `generated/api.d.ts` from `docs/openapi.json`.
//
// A token goes into a header, never into an address. A refusal is an `ApiProblem` with the daemon's own sentence.

import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './generated/api.js';

export type Schemas = components['schemas'];
export type Api = Client<paths>;

/** Where the daemon answers: on the server that the page came from. */
export const API_BASE = new URL('.', document.baseURI);

export class ApiProblem extends Error {
  /** 0 when nobody answered. */
  readonly status: number;
  readonly code: Schemas['ProblemCode'] | 'no-answer' | 'no-daemon';
  /** The daemon would answer then, as far as it knows. */
  readonly retrySeconds: number | undefined;

  constructor(status: number, code: ApiProblem['code'], message: string, retrySeconds?: number) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.retrySeconds = retrySeconds;
  }
}

/** `token` is asked for each request, so that a new one counts at once; `onsignedout` hears of a token that is not good. */
export function createApi(token: () => string | undefined, onsignedout: () => void): Api {
  const bearer = (): string | null => {
    const value = token();
    return value === undefined ? null : `Bearer ${value}`;
  };
  const client = createClient<paths>({
    baseUrl: API_BASE.href.replace(/\/$/, ''),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
  });
  client.use({
    onRequest({ request }) {
      const value = bearer();
      if (value !== null) request.headers.set('authorization', value);
      return request;
    },
    async onResponse({ request, response }) {
      if (response.ok) return response;
      const problem = await problemOf(response);
      // A late answer to a request from before says nothing about the token of now.
      if (problem.code === 'not-signed-in' && request.headers.get('authorization') === bearer()) onsignedout();
      throw problem;
    },
    onError({ error }) {
      return new ApiProblem(0, 'no-answer', `the daemon does not answer: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  return client;
}

/** Only a daemon refuses with JSON that has a code. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const { code, message } = (await response.json()) as Partial<Schemas['Problem']>;
    const retry = Number(response.headers.get('retry-after') ?? Number.NaN);
    if (typeof code === 'string' && typeof message === 'string') {
      return new ApiProblem(response.status, code, message, Number.isFinite(retry) ? retry : undefined);
    }
  } catch {
    // It was no JSON.
  }
  return new ApiProblem(response.status, 'no-daemon', `there is no daemon behind this page (status ${response.status})`);
}

/** The answer of a request, or its problem. */
export function answerOf<T>({ data }: { readonly data?: T | undefined }): T {
  if (data === undefined) throw new ApiProblem(0, 'no-answer', 'the daemon answered with nothing');
  return data;
}
