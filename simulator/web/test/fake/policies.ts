// Who the fake's policies say they are.

import type { Description } from '../../src/engine/types.js';

const RULES = [
  ['license-type-disabled', 'Keeps seats of a licence type that is not enabled.'],
  ['owner-unknown', 'Keeps seats whose owner was deleted or is not described by the user list.'],
  ['unknown-last-use', 'Keeps seats of which nobody can tell when they were last used.'],
  ['recently-used', 'Keeps seats that were used within the threshold of their licence type.'],
  ['never-release.user', 'Keeps seats of the people in neverRelease.user.'],
  ['never-release.tag', 'Keeps seats of owners with one of the tags in neverRelease.tag.'],
  ['never-release.user-directory', 'Keeps seats of owners from one of the directories in neverRelease.userDirectory.'],
  ['never-used', 'Releases seats that were never used.'],
  ['idle', 'Releases seats that nobody used for longer than the threshold of their licence type.'],
] as const;

const days = { type: 'integer', minimum: 1, maximum: 1_000_000 };
const group = { type: 'object', properties: { enable: { type: ['boolean', 'null'] }, afterDays: days } };

const SCHEMA = {
  type: 'object',
  properties: {
    licenseType: { type: 'object' },
    neverRelease: { type: 'object' },
    neverUsedGraceDays: {
      type: ['integer', 'null'],
      minimum: 0,
      maximum: 1_000_000,
      default: null,
      description: 'A seat that was never used is kept for this many days after its allocation.',
    },
    deletedOwner: {
      default: 'keep',
      description: 'What happens to the seats of owners who were deleted from the user list.',
      oneOf: [
        { const: 'keep', description: 'They are kept.' },
        { const: 'release', description: 'They are treated like any other seat.' },
      ],
    },
    protect: {
      type: 'object',
      description: 'More owners who keep their seats however long they do not use them.',
      properties: {
        role: { type: 'array', items: { type: 'string' }, description: 'Owners with one of these roles.' },
        keepUntilProperty: { type: ['string', 'null'], description: 'Owners with this property keep their seats until its date.' },
        attribute: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name', 'value'],
            properties: { name: { type: 'string' }, value: { type: 'string' } },
          },
        },
      },
    },
  },
};

export function describeFake(name: string): Description {
  const properties =
    name === 'leavers-first' ? { ...SCHEMA.properties, leavers: { type: 'object', properties: { blocked: group } } } : SCHEMA.properties;
  return {
    name,
    version: '1.0.0',
    summary: 'Takes back seats that nobody uses.',
    rules: RULES.map(([id, summary]) => ({ id, summary })),
    settingsSchema: JSON.stringify({ ...SCHEMA, properties }),
    needs: ['roles'],
  };
}
