/**
 * Texts of the server.
 */

/** A reason may have 500 bytes and carries two names at most; a character has four bytes at most. */
const SHOWN_MAX = 40;

/**
 * Two texts are the same name when their folded forms are equal: case and outer blanks do not matter, so that a near
 * miss protects. By way of upper case, so that `ß` is `ss`.
 *
 * @param {string} text
 */
export function fold(text) {
  return text.trim().toUpperCase().toLowerCase();
}

/**
 * The beginning of a text, for sentences.
 *
 * @param {string} text
 */
export function shorten(text) {
  if (text.length <= SHOWN_MAX) {
    return text;
  }
  const characters = Array.from(text);
  return characters.length <= SHOWN_MAX ? text : `${characters.slice(0, SHOWN_MAX - 1).join('')}…`;
}
