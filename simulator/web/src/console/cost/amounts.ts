// Amounts of money as people read them. The daemon counts in minor units (cents), as whole numbers.

/**
 * Digits behind the point, as the daemon counts them (`core/src/cost/money.rs`). What `Intl` says differs for some
 * currencies, which would be wrong by a factor of a thousand.
 */
const NONE = ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF'];
const THREE = ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];
/** Of a price: some contracts divide a year's price by twelve. */
const PRICE_DECIMALS = 6;

export function decimalsOf(currency: string): number {
  if (NONE.includes(currency)) return 0;
  return THREE.includes(currency) ? 3 : 2;
}

/** An amount in minor units. */
export function amount(minor: number, currency: string): string {
  const decimals = decimalsOf(currency);
  return formatted(minor / 10 ** decimals, currency, decimals, decimals);
}

/** A price as it stands in the settings, such as `35.5`. */
export function price(written: string, currency: string): string {
  return formatted(Number(written), currency, decimalsOf(currency), PRICE_DECIMALS);
}

function formatted(value: number, currency: string, least: number, most: number): string {
  // Minus zero is nothing.
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency, minimumFractionDigits: least, maximumFractionDigits: most }).format(value === 0 ? 0 : value);
}
