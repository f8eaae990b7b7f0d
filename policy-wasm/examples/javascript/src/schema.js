/**
 * Checks a value against a JSON Schema, as far as the settings of this policy need one.
 */

/** @import { SettingsError } from 'steward:policy/policy@1.0.0' */

/**
 * The part of JSON Schema that is understood here. Objects have no members but their `properties`.
 * @typedef {object} Schema
 * @property {string} type `object`, `array`, `string` or `integer`
 * @property {string} [$schema]
 * @property {string} [title]
 * @property {string} [description]
 * @property {{ [name: string]: Schema }} [properties]
 * @property {string[]} [required]
 * @property {false} [additionalProperties]
 * @property {Schema} [items]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {string} [pattern]
 */

/**
 * Everything that is wrong, each with its place as a JSON Pointer.
 *
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {Generator<SettingsError, void>}
 */
export function* violations(schema, value, path = '') {
  switch (schema.type) {
    case 'object':
      yield* inObject(schema, value, path);
      break;
    case 'array':
      yield* inArray(schema, value, path);
      break;
    case 'string':
      if (typeof value !== 'string' || !new RegExp(schema.pattern ?? '').test(value)) {
        yield { path, message: schema.pattern === undefined ? 'write a text' : 'write a text that is not blank' };
      }
      break;
    case 'integer':
      if (!isWithin(schema, value)) {
        yield { path, message: `write a whole number from ${schema.minimum} to ${schema.maximum}` };
      }
      break;
    default:
      throw new Error(`the schema has the unknown type ${schema.type}`);
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {Generator<SettingsError, void>}
 */
function* inObject({ properties = {}, required = [] }, value, path) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield { path, message: `write an object with ${listed(Object.keys(properties))}` };
    return;
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) {
      yield { path, message: `\`${name}\` is missing` };
    }
  }
  for (const [name, member] of Object.entries(value)) {
    const memberPath = `${path}/${escaped(name)}`;
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (schema === undefined) {
      yield { path: memberPath, message: `there is no such setting; there are ${listed(Object.keys(properties))}` };
    } else {
      yield* violations(schema, member, memberPath);
    }
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {Generator<SettingsError, void>}
 */
function* inArray({ items }, value, path) {
  if (!Array.isArray(value)) {
    yield { path, message: 'write a list' };
    return;
  }
  for (const [index, item] of value.entries()) {
    if (items !== undefined) {
      yield* violations(items, item, `${path}/${index}`);
    }
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
