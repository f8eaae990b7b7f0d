/**
 * Checks a value against a JSON Schema, as far as the settings of this policy need one.
 */

/** @import { SettingsError } from 'steward:policy/policy@1.0.0' */

/** The only pattern that is understood here. */
export const NOT_BLANK = '\\S';

/**
 * The part of JSON Schema that is understood here. Objects have no members but their `properties`.
 * @typedef {object} Schema
 * @property {'object' | 'array' | 'string' | 'integer'} type
 * @property {string} [$schema]
 * @property {string} [title]
 * @property {string} [description]
 * @property {{ [name: string]: Schema }} [properties]
 * @property {string[]} [required]
 * @property {false} [additionalProperties]
 * @property {Schema} [items]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {typeof NOT_BLANK} [pattern]
 */

/**
 * Everything that is wrong, each with its place as a JSON Pointer.
 *
 * @param {Schema} schema
 * @param {unknown} value
 */
export function violations(schema, value) {
  /** @type {SettingsError[]} */
  const errors = [];
  check(schema, value, '', errors);
  return errors;
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @param {SettingsError[]} errors
 */
function check(schema, value, path, errors) {
  switch (schema.type) {
    case 'object':
      checkObject(schema, value, path, errors);
      break;
    case 'array':
      checkArray(schema, value, path, errors);
      break;
    case 'string':
      if (typeof value !== 'string') {
        errors.push({ path, message: 'write a text' });
      } else if (schema.pattern === NOT_BLANK && value.trim() === '') {
        errors.push({ path, message: 'a blank text says nothing; fill it in or leave it out' });
      }
      break;
    case 'integer':
      if (!isWithin(schema, value)) {
        errors.push({ path, message: `write a whole number from ${schema.minimum} to ${schema.maximum}` });
      }
      break;
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @param {SettingsError[]} errors
 */
function checkObject({ properties = {}, required = [] }, value, path, errors) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push({ path, message: `write an object with ${listed(Object.keys(properties))}` });
    return;
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) {
      errors.push({ path, message: `\`${name}\` is missing` });
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const memberPath = `${path}/${escaped(name)}`;
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema === undefined) {
      const message = `there is no such setting; there are ${listed(Object.keys(properties))}`;
      errors.push({ path: memberPath, message });
    } else {
      check(schema, member, memberPath, errors);
    }
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @param {SettingsError[]} errors
 */
function checkArray({ items }, value, path, errors) {
  if (!Array.isArray(value)) {
    errors.push({ path, message: 'write a list' });
  } else if (items !== undefined) {
    value.forEach((item, index) => check(items, item, `${path}/${index}`, errors));
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 */
function isWithin({ minimum = -Infinity, maximum = Infinity }, value) {
  return typeof value === 'number' && Number.isInteger(value) && minimum <= value && value <= maximum;
}

/** @param {string[]} names */
function listed(names) {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** @param {string} name */
function escaped(name) {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
