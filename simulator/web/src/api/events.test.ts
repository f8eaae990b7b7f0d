import { describe, expect, it } from 'vitest';
import { blocks, eventData } from './events.js';

function stream(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
}

async function all(of: AsyncIterable<string>): Promise<string[]> {
  const found = [];
  for await (const one of of) found.push(one);
  return found;
}

describe('a stream of events', () => {
  it('is read however the network cuts it', async () => {
    expect(await all(blocks(stream('id: 1\nda', 'ta: {"a":', '1}\n', '\ndata: 2\n\nda')))).toEqual(['id: 1\ndata: {"a":1}', 'data: 2']);
  });

  it('may use the line ends of Windows', async () => {
    expect(await all(blocks(stream('data: 1\r\n\r\n')))).toEqual(['data: 1']);
  });

  it('has data in lines, beside comments and numbers', () => {
    expect(eventData('id: 7\nevent: x\ndata: {\ndata:  "a": 1}')).toBe('{\n "a": 1}');
    expect(eventData(': still here')).toBeUndefined();
  });
});
