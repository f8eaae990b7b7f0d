// The settings that every policy shares, as fields of the same form.

import type { Member, NumberShape, SchemaField } from './schema.js';

const plain = { nullable: false } as const;

function whole(title: string, help: string, minimum: number, maximum: number, nullable = false): SchemaField {
  return { kind: 'number', whole: true, title, help, minimum, maximum, nullable };
}

function texts(title: string, help: string, entry: string): SchemaField {
  return { kind: 'list', title, help, ...plain, item: { kind: 'text', title: entry, ...plain } };
}

function pairs(title: string, help: string, names: readonly (readonly [string, string])[]): SchemaField {
  const members = names.map(([name, label]): Member => ({ name, required: true, field: { kind: 'text', title: label, ...plain } }));
  return { kind: 'list', title, help, ...plain, item: { kind: 'group', title: 'Entry', ...plain, members } };
}

function flag(title: string, what: string): SchemaField {
  return {
    kind: 'choice',
    title,
    ...plain,
    options: [
      { value: 'ignore', label: 'Ignore: protects nobody' },
      { value: 'yes', label: `Yes: protects owners who are ${what}` },
      { value: 'no', label: `No: protects owners who are not ${what}` },
    ],
  };
}

const named = (name: string, field: SchemaField): Member => ({ name, required: true, field });

/** Below `/licenseType`: after how many days a seat may go. Bounds are those of the settings file. */
export const THRESHOLD_DAYS = { whole: true, minimum: 1, maximum: 1_000_000 } satisfies Omit<NumberShape, 'kind'>;

/** Below `/guard/neverRelease`. */
export const PROTECTION_FIELDS: readonly Member[] = [
  named('user', pairs('People', 'They keep their seats however long they do not use them.', [['userDir', 'User directory'], ['userId', 'User id']])),
  named('tag', texts('Tags', 'Owners with one of these tags.', 'Tag')),
  named('customProperty', pairs('Custom properties', 'Owners with one of these values.', [['name', 'Name'], ['value', 'Value']])),
  named('userDirectory', texts('User directories', 'Owners from one of these directories.', 'User directory')),
  named('inactive', flag('Inactive owners', 'inactive')),
  named('blocked', flag('Blocked owners', 'blocked')),
  named('removedExternally', flag('Owners removed from their directory', 'removed')),
];

/** Below `/guard`. Bounds are those of the settings file. */
export const GUARD_FIELDS: readonly Member[] = [
  named('minIdleDays', whole('Days without use, at least', 'No policy takes a seat that was used or allocated within these days.', 0, 3_650)),
  named('maxReleaseBasisPoints', {
    kind: 'number',
    whole: false,
    scale: 100,
    unit: '%',
    title: 'Released in 24 hours, at most',
    help: 'Of the allocated seats of a type; 5 seats are always allowed.',
    minimum: 0,
    maximum: 100,
    ...plain,
  }),
  named('maxReleases', whole('Seats in 24 hours, at most', 'Of each type; empty for no such limit.', 0, 1_000_000, true)),
  named('aboveCap', {
    kind: 'choice',
    title: 'Above the limit',
    help: 'What happens when more seats would go.',
    ...plain,
    options: [
      { value: 'hold', label: 'Hold all releases of the type' },
      { value: 'longest-idle-first', label: 'Release up to the limit, longest idle first' },
    ],
  }),
  named('undoReserveDays', whole('Days to keep seats for an undo', 'Enough seats stay free to give back what was released in these days; empty for none.', 1, 365, true)),
  named('protectRoles', texts('Protected roles', 'Owners with one of these roles keep their seats.', 'Role')),
];
