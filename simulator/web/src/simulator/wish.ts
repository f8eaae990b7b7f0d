// What the address wants of the simulator.

export interface Wish {
  /** A plan of the daemon. */
  readonly plan: string | undefined;
  /** A share link. */
  readonly share: string | undefined;
  /** The id of a seat that is to be opened. */
  readonly seat: string | undefined;
}

export function wishOf(parameters: URLSearchParams): Wish {
  const text = (name: keyof Wish) => parameters.get(name) ?? undefined;
  return { plan: text('plan'), share: text('share'), seat: text('seat') };
}

export const isNothing = ({ plan, share, seat }: Wish) => plan === undefined && share === undefined && seat === undefined;
