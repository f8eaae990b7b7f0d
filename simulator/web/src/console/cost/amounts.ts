// Amounts of money as people read them. The daemon counts in the smallest unit of the currency (cents), as whole numbers.

export interface Unit {
  readonly currency: string;
  /** Digits behind the point, as the daemon counts them. For some currencies `Intl` would say another number. */
  readonly decimals: number;
}

/** Of a price: some contracts divide a year's price by twelve. */
const PRICE_DECIMALS = 6;

/** An amount in the smallest unit. */
export function amount(minor: number, { currency, decimals }: Unit): string {
  return formatted(minor / 10 ** decimals, currency, decimals, decimals);
}

/** A price as it stands in the settings, such as `35.5`. */
export function price(written: string, { currency, decimals }: Unit): string {
  return formatted(Number(written), currency, decimals, PRICE_DECIMALS);
}

function formatted(value: number, currency: string, least: number, most: number): string {
  // Minus zero is nothing.
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: most }).format(value === 0 ? 0 : value);
}
