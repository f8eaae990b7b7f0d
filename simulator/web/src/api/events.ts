// The daemon's server-sent events, read by `fetch`: `EventSource` cannot send a token.

import type { Api, Schemas } from './client.js';

export type DaemonEvent = Schemas['Event'];

/** One event of a stream: its lines `data:` joined. Comments and numbers are passed over. */
export function eventData(block: string): string | undefined {
  const lines = block.split('\n').filter((line) => line.startsWith('data:'));
  return lines.length === 0 ? undefined : lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n');
}

/** Blocks of a stream, however the network cuts it. */
export async function* blocks(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true }).replaceAll('\r\n', '\n');
      const parts = rest.split('\n\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Everything that happens until the stream ends or the signal is given. Begin again after it ended, and read all anew. */
export async function* listen(api: Api, signal: AbortSignal): AsyncGenerator<DaemonEvent> {
  const { data } = await api.GET('/api/v1/events', { parseAs: 'stream', signal });
  if (!data) return;
  for await (const block of blocks(data as ReadableStream<Uint8Array>)) {
    const text = eventData(block);
    if (text !== undefined) yield JSON.parse(text) as DaemonEvent;
  }
}
