/**
 * The settings: their schema, and what the rules read.
 *
 * The schema is the only place where a setting is written down. schema.js checks against it.
 */

import { NOT_BLANK, violations } from './schema.js';
import { fold } from './text.js';

/** @import { LicenseType } from 'steward:policy/policy@1.0.0' */
/** @import { Schema } from './schema.js' */

/**
 * What the rules read; all names folded.
 * @typedef {object} Settings
 * @property {{ [type in LicenseType]?: number }} idleDays
 * @property {number | undefined} neverUsedDays
 * @property {Set<string>} keepTags
 * @property {Map<string, Set<string>>} keepProperties the values that protect, by name
 * @property {string | undefined} keepUntilProperty
 */

/**
 * What the users write, once it is checked.
 * @typedef {object} Written
 * @property {{ [type in LicenseType]?: number }} [idleDays]
 * @property {number} [neverUsedDays]
 * @property {string[]} [keepTags]
 * @property {{ name: string, value: string }[]} [keepProperties]
 * @property {string} [keepUntilProperty]
 */

/**
 * About 2,700 years: enough for "never". 0 idle days would release everybody.
 * @type {Schema}
 */
const idleDays = { type: 'integer', minimum: 1, maximum: 1_000_000 };

/**
 * A blank name protects nobody, so it is a mistake.
 * @type {Schema}
 */
const name = { type: 'string', pattern: NOT_BLANK };

/** @type {Schema} */
export const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Settings',
  type: 'object',
  additionalProperties: false,
  properties: {
    idleDays: {
      description:
        'A seat of this type is released when nobody used it for so many days of 24 hours. ' +
        'Seats of a type without a number are kept.',
      type: 'object',
      additionalProperties: false,
      properties: { analyzer: idleDays, professional: idleDays, user: idleDays },
    },
    neverUsedDays: {
      description:
        'A seat that was never used is kept for so many days after its allocation. ' +
        'Without a number the idle days of its type count.',
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
    },
    keepTags: {
      description: 'Owners with one of these tags keep their seats.',
      type: 'array',
      items: name,
    },
    keepProperties: {
      description: 'Owners with one of these custom properties set to the value keep their seats.',
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        properties: { name, value: { type: 'string' } },
        required: ['name', 'value'],
      },
    },
    keepUntilProperty: {
      description:
        'A custom property that holds a date such as 2027-03-31: its owner keeps the seat until that day is over. ' +
        'A text that is no date keeps the seat for good.',
      ...name,
    },
  },
};

/**
 * @param {string} json
 * @returns {Settings}
 * @throws {import('steward:policy/policy@1.0.0').SettingsError[]} everything that is wrong
 */
export function read(json) {
  const written = parse(json);
  const errors = violations(SCHEMA, written);
  if (errors.length > 0) {
    throw errors;
  }
  return prepared(/** @type {Written} */ (written));
}

/**
 * @param {string} json
 * @returns {unknown}
 */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw [{ path: '', message: 'this is not JSON' }];
  }
}

/**
 * @param {Written} written
 * @returns {Settings}
 */
function prepared({ idleDays = {}, neverUsedDays, keepTags = [], keepProperties = [], keepUntilProperty }) {
  /** @type {Settings['keepProperties']} */
  const valuesByName = new Map();
  for (const { name, value } of keepProperties) {
    const values = valuesByName.get(fold(name)) ?? new Set();
    valuesByName.set(fold(name), values.add(fold(value)));
  }
  return {
    idleDays,
    neverUsedDays,
    keepTags: new Set(keepTags.map(fold)),
    keepProperties: valuesByName,
    keepUntilProperty: keepUntilProperty === undefined ? undefined : fold(keepUntilProperty),
  };
}
