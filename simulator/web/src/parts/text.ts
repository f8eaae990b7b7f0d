// Texts from elsewhere, made fit to be shown.

/** At most so many characters; never half of one. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${[...text.slice(0, most)].slice(0, -1).join('')}…`;
}

/** A fragment as the beginning of a sentence; a name between backticks stays as it is. */
export function capitalised(text: string): string {
  return /^\p{Ll}/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** `releaseThresholdDays` as `Release threshold days`. */
export function humanised(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_.]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export interface Piece {
  readonly text: string;
  readonly isValue: boolean;
}

/** A sentence cut at its backticks; one without a partner is a character like any other. */
export function ticked(text: string): Piece[] {
  const parts = text.split('`');
  const last = parts.length % 2 === 0 ? `\`${parts.pop() ?? ''}` : '';
  return parts
    .map((part, place) => ({ text: place === parts.length - 1 ? part + last : part, isValue: place % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
