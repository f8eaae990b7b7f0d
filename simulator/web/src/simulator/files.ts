// Files that come in. Nothing here leaves the browser.

/** Larger ones are no snapshot that a browser could hold. */
export const SNAPSHOT_BYTES_MAX = 400_000_000;

export type FileKind = 'policy' | 'snapshot' | 'utf-16' | 'unknown';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** By what is in the file, not by its name. */
export function kindOf(bytes: Uint8Array): FileKind {
  const [a, b, c, d] = bytes;
  if (a === 0x00 && b === 0x61 && c === 0x73 && d === 0x6d) return 'policy';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'utf-16';
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).replace(/^\uFEFF/, '').trimStart();
  return start.startsWith('{') ? 'snapshot' : 'unknown';
}

/** Editors of Windows put a mark before a text that no reader of JSON wants. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return BYTE_ORDER_MARK.every((byte, place) => bytes[place] === byte) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
}

/** The text of a file that people write. */
export function textOf(bytes: Uint8Array): string {
  if (kindOf(bytes) === 'utf-16') throw new Error('this is UTF-16; save it as UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('this is no UTF-8');
  }
}

export async function readFile(file: File): Promise<Uint8Array> {
  if (file.size > SNAPSHOT_BYTES_MAX) throw new Error(`the file has ${file.size} bytes, at most ${SNAPSHOT_BYTES_MAX} can be read`);
  return new Uint8Array(await file.arrayBuffer());
}
