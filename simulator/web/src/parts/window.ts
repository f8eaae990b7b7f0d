// Which rows of a long list are on the screen.

export interface Window {
  readonly first: number;
  /** After the last one. */
  readonly end: number;
}

/** Rows beyond the edges, so that a slow answer shows no gap. */
const BEYOND = 8;

export function windowOf(scrollTop: number, height: number, rowHeight: number, count: number): Window {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - BEYOND);
  const end = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + BEYOND);
  return { first: Math.min(first, end), end };
}

/** How far to scroll so that a row is in sight; undefined when it is. */
export function scrollTo(row: number, scrollTop: number, height: number, rowHeight: number): number | undefined {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
  return undefined;
}
