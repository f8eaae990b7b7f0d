// What seats cost: a price of a seat per month times a number of seats, nothing more.

import type { LicenseType, TypeCounts } from '../engine/types.js';

export type Prices = Readonly<Record<LicenseType, number | null>>;

export const NO_PRICES: Prices = { analyzer: null, professional: null, user: null };

/** Of a seat per month; more is a slip of the finger. */
export const PRICE_MAX = 1_000_000;

export const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'DKK', 'NOK', 'PLN', 'CZK', 'INR', 'AUD', 'CAD'] as const;
export type Currency = (typeof CURRENCIES)[number];

export function isCurrency(text: string): text is Currency {
  return CURRENCIES.some((one) => one === text);
}

export function money(amount: number, currency: Currency): string {
  return new Intl.NumberFormat('en-GB', {
    style: 'currency',
    currency,
    maximumFractionDigits: Number.isInteger(amount) ? 0 : 2,
  }).format(amount);
}

/** A month's price of the seats of one licence type; undefined without a price. */
export function monthly(licenseType: LicenseType, seats: number, prices: Prices): number | undefined {
  const price = prices[licenseType];
  return price === null ? undefined : price * seats;
}

/** A month's price of the released seats of all types that have a price. */
export function saved(types: readonly TypeCounts[], prices: Prices): number | undefined {
  const amounts = types.map(({ licenseType, released }) => monthly(licenseType, released, prices));
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, amount) => sum + amount, 0);
}
