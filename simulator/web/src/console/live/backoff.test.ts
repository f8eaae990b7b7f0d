import { describe, expect, it } from 'vitest';
import { waitMs } from './backoff.js';

describe('the wait before the stream of events is opened again', () => {
  it('doubles up to half a minute, and stays there', () => {
    expect([0, 1, 2, 3, 6, 100].map((failures) => waitMs(failures, 1))).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it('is spread over its second half', () => {
    expect(waitMs(3, 0)).toBe(2_000);
    expect(waitMs(3, 0.5)).toBe(3_000);
  });
});
