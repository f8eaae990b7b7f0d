// Numbers that somebody writes into a field.

export interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly fraction?: number | undefined;
  readonly nullable?: boolean | undefined;
}

export type ReadNumber =
  | { readonly value: number | null; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string };

export function readNumber(text: string, { minimum, maximum, fraction = 0, nullable = false }: Bounds): ReadNumber {
  const bare = text.trim().replace(',', '.');
  if (bare === '') return nullable ? { value: null } : { error: 'write a number' };
  const wanted = fraction === 0 ? /^[+-]?\d{1,15}$/ : new RegExp(`^[+-]?\\d{1,12}(\\.\\d{0,${fraction}})?$`);
  if (!wanted.test(bare)) {
    return { error: fraction === 0 ? 'write a whole number' : `write a number with at most ${fraction} decimals` };
  }
  const value = Number(bare);
  const error = outOfBounds(value, { minimum, maximum });
  return error === undefined ? { value } : { error };
}

/** Also for a value that was not written into the field, but came with a file. */
export function outOfBounds(value: number, { minimum, maximum }: Bounds): string | undefined {
  if (minimum !== undefined && value < minimum) return `write ${minimum} or more`;
  if (maximum !== undefined && value > maximum) return `write ${maximum} or less`;
  return undefined;
}
