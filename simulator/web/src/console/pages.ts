// The pages of the console, in groups as the navigation shows them.

export const PAGES = [
  { name: 'overview', title: 'Overview', group: 0 },
  { name: 'alerts', title: 'Alerts', group: 0 },
  { name: 'cost', title: 'Cost', group: 0 },
  { name: 'plans', title: 'Plans', group: 1 },
  { name: 'runs', title: 'Runs', group: 1 },
  { name: 'people', title: 'People', group: 2 },
  { name: 'protections', title: 'Protections', group: 2 },
  { name: 'policies', title: 'Policies', group: 3 },
  { name: 'schedules', title: 'Schedules', group: 3 },
  { name: 'settings', title: 'Settings', group: 3 },
  { name: 'audit', title: 'Audit', group: 4 },
  { name: 'health', title: 'Health', group: 4 },
] as const;

export type PageName = (typeof PAGES)[number]['name'];

/** The page of an address; the overview for one that is none. */
export function pageOf(path: readonly string[]): (typeof PAGES)[number] {
  return PAGES.find(({ name }) => name === path[1]) ?? PAGES[0];
}
