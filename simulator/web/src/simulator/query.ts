// Which seats the list shows. Every number on the page is a query.

import type { LicenseType, Query, SortKey, Standing } from '../engine/types.js';

export const EVERY_SEAT: Query = {
  text: '',
  licenseTypes: [],
  standings: [],
  rules: [],
  gates: [],
  sort: 'place',
  descending: false,
};

export interface Filter {
  readonly licenseTypes?: readonly LicenseType[];
  readonly standings?: readonly Standing[];
  readonly rules?: readonly string[];
  readonly gates?: readonly string[];
}

/** The seats behind a number: everything else that was filtered is let go, the order stays. */
export function seatsBehind(query: Query, filter: Filter): Query {
  return {
    ...EVERY_SEAT,
    sort: query.sort,
    descending: query.descending,
    licenseTypes: [...(filter.licenseTypes ?? [])],
    standings: [...(filter.standings ?? [])],
    rules: [...(filter.rules ?? [])],
    gates: [...(filter.gates ?? [])],
  };
}

export function isFiltered(query: Query): boolean {
  const { text, licenseTypes, standings, rules, gates } = query;
  return text !== '' || [licenseTypes, standings, rules, gates].some((list) => list.length > 0);
}

/** The column once more turns the order round. */
export function sorted(query: Query, sort: SortKey): Query {
  if (query.sort !== sort) return { ...query, sort, descending: sort === 'idle-days' };
  return { ...query, descending: !query.descending };
}

/** A list with one value, or without any. */
export function only<T>(value: T | ''): T[] {
  return value === '' ? [] : [value];
}
