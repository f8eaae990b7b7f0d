// The JSON Schema of a policy's settings as fields of a form. What a form cannot show is edited as JSON.

import { humanised } from '../parts/text.js';
import type { Json } from '../engine/types.js';
import { isMembers, pointerParts, valueAt } from './pointer.js';

/** The members of a JSON Schema that are read here. */
type Schema = {
  readonly [Name in
    | '$ref'
    | 'allOf'
    | 'anyOf'
    | 'const'
    | 'default'
    | 'description'
    | 'enum'
    | 'items'
    | 'maxItems'
    | 'maximum'
    | 'minimum'
    | 'oneOf'
    | 'properties'
    | 'required'
    | 'title'
    | 'type']?: Json;
};

interface Common {
  readonly title: string;
  readonly help?: string | undefined;
  readonly default?: Json | undefined;
  /** `null` is a value too: nothing is said. */
  readonly nullable: boolean;
}

export type SchemaField = Common &
  (
    | { readonly kind: 'switch' }
    | NumberShape
    | { readonly kind: 'choice'; readonly options: readonly Option[] }
    | { readonly kind: 'text' }
    | { readonly kind: 'list'; readonly item: SchemaField; readonly most?: number | undefined }
    | { readonly kind: 'group'; readonly members: readonly Member[] }
    | { readonly kind: 'json' }
  );

export interface NumberShape {
  readonly kind: 'number';
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly whole: boolean;
  /** The settings hold so many times what the form shows. */
  readonly scale?: number;
  readonly unit?: string;
}

export interface Option {
  readonly value: Json;
  readonly label: string;
  readonly help?: string | undefined;
}

export interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly field: SchemaField;
}

/** A schema that refers to itself ends here. */
const DEPTH_MAX = 8;

/** What every policy is offered is edited elsewhere. */
const SHARED = new Set(['licenseType', 'neverRelease']);

/** The settings that are this policy's own; an unreadable schema has none. */
export function ownSettings(schemaText: string): readonly Member[] {
  const root = parse(schemaText);
  const field = readField(root, 'settings', root, 0);
  return field.kind === 'group' ? field.members.filter(({ name }) => !SHARED.has(name)) : [];
}

/** Whether the policy takes one of the settings that every policy is offered. */
export function takes(schemaText: string, name: 'licenseType' | 'neverRelease'): boolean {
  return valueAt(parse(schemaText), ['properties', name]) !== undefined;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function readField(schema: Json | undefined, name: string, root: Json, depth: number): SchemaField {
  const title = humanised(name);
  if (!isSchema(schema) || depth > DEPTH_MAX) return { kind: 'json', title, nullable: true };
  const resolved = resolve(schema, root);
  const common: Common = {
    title: textOf(schema.title) ?? title,
    help: textOf(schema.description) ?? textOf(resolved.description),
    default: schema.default ?? resolved.default,
    nullable: allowsNull(resolved),
  };
  return shape(common, withoutNull(resolved, root), root, depth);
}

function shape(common: Common, schema: Schema, root: Json, depth: number): SchemaField {
  const options = readOptions(schema);
  if (options) return { ...common, kind: 'choice', options };
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  switch (type) {
    case 'boolean':
      return { ...common, kind: 'switch' };
    case 'integer':
    case 'number':
      return {
        ...common,
        kind: 'number',
        whole: type === 'integer',
        minimum: numberOf(schema.minimum),
        maximum: numberOf(schema.maximum),
      };
    case 'string':
      return { ...common, kind: 'text' };
    case 'array':
      return {
        ...common,
        kind: 'list',
        item: readField(schema.items, 'entry', root, depth + 1),
        most: numberOf(schema.maxItems),
      };
    case 'object':
      return isMembers(schema.properties)
        ? { ...common, kind: 'group', members: readMembers(schema.properties, schema.required, root, depth) }
        : { ...common, kind: 'json' };
    default:
      return { ...common, kind: 'json' };
  }
}

function readMembers(
  properties: { readonly [name: string]: Json },
  required: Json | undefined,
  root: Json,
  depth: number,
): Member[] {
  const wanted = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    required: wanted.has(name),
    field: readField(schema, name, root, depth + 1),
  }));
}

/** Values of `enum`, or of alternatives that are one value each or several. */
function readOptions(schema: Schema): Option[] | undefined {
  if (Array.isArray(schema.enum)) {
    return schema.enum.filter((value) => value !== null).map((value) => ({ value, label: labelOf(value) }));
  }
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (!Array.isArray(alternatives)) return undefined;
  const options = alternatives.map((one) => {
    if (!isSchema(one)) return [];
    const values = one.const === undefined ? (Array.isArray(one.enum) ? one.enum : []) : [one.const];
    return values.map((value): Option => ({ value, label: labelOf(value), help: textOf(one.description) }));
  });
  return options.every((some) => some.length > 0) ? options.flat() : undefined;
}

function resolve(schema: Schema, root: Json): Schema {
  let found = schema;
  for (let hops = 0; hops < DEPTH_MAX; hops += 1) {
    const only: Json | undefined = Array.isArray(found.allOf) && found.allOf.length === 1 ? found.allOf[0] : undefined;
    const next: Json | undefined =
      typeof found.$ref === 'string' ? valueAt(root, pointerParts(found.$ref.replace(/^#/, ''))) : only;
    if (!isSchema(next)) break;
    found = next;
  }
  return found;
}

function allowsNull(schema: Schema): boolean {
  if (Array.isArray(schema.type)) return schema.type.includes('null');
  const alternatives = schema.anyOf ?? schema.oneOf;
  return Array.isArray(alternatives) && alternatives.some((one) => isSchema(one) && one.type === 'null');
}

/** An alternative beside `null` is the schema itself. */
function withoutNull(schema: Schema, root: Json): Schema {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(alternatives) || !allowsNull(schema)) return schema;
  const rest = alternatives.filter((one) => isSchema(one) && one.type !== 'null');
  const [only] = rest;
  return rest.length === 1 && isSchema(only) ? resolve(only, root) : schema;
}

function isSchema(value: Json | undefined): value is Schema & Json {
  return isMembers(value);
}

function labelOf(value: Json): string {
  return typeof value === 'string' ? humanised(value) : JSON.stringify(value);
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value.replaceAll('\n', ' ') : undefined;
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** What a new entry of a list begins as. */
export function blank(field: SchemaField): Json {
  if (field.default !== undefined) return field.default;
  switch (field.kind) {
    case 'switch':
      return false;
    case 'number':
      return field.minimum ?? 0;
    case 'choice':
      return field.options[0]?.value ?? null;
    case 'text':
      return '';
    case 'list':
      return [];
    case 'group':
      return Object.fromEntries(field.members.filter(({ required }) => required).map((one) => [one.name, blank(one.field)]));
    case 'json':
      return null;
  }
}
