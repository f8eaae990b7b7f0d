import { describe, expect, it } from 'vitest';
import { blank, ownSettings, takes, type SchemaField } from './schema.js';

const SCHEMA = {
  $defs: {
    days: { type: 'integer', minimum: 1, maximum: 99, description: 'A number of\ndays.' },
    loop: { type: 'object', properties: { again: { $ref: '#/$defs/loop' } } },
  },
  type: 'object',
  required: ['target'],
  properties: {
    licenseType: { type: 'object' },
    neverRelease: { type: 'object' },
    afterDays: { $ref: '#/$defs/days' },
    graceDays: { type: ['integer', 'null'], default: null },
    maybe: { anyOf: [{ $ref: '#/$defs/days' }, { type: 'null' }] },
    isOn: { type: 'boolean', default: true },
    mode: { oneOf: [{ const: 'keep', description: 'Stays.' }, { const: 'release' }], default: 'keep' },
    size: { enum: ['small', 'large'] },
    act: { oneOf: [{ enum: ['spin', 'trap'] }, { const: 'nothing', description: 'Does nothing.' }] },
    names: { type: 'array', items: { type: 'string' }, maxItems: 3 },
    pairs: {
      type: 'array',
      items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, note: { type: 'string' } } },
    },
    target: { type: 'object', properties: { percent: { type: 'number' } } },
    odd: { if: {}, then: {} },
    loop: { $ref: '#/$defs/loop' },
  },
};

const fields = new Map(ownSettings(JSON.stringify(SCHEMA)).map(({ name, field }) => [name, field]));
const field = (name: string): SchemaField => {
  const found = fields.get(name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
};

describe('a form from a schema', () => {
  it('leaves out what every policy is offered', () => {
    expect([...fields.keys()]).not.toContain('licenseType');
    expect([...fields.keys()]).not.toContain('neverRelease');
    expect(takes(JSON.stringify(SCHEMA), 'licenseType')).toBe(true);
    expect(takes('{}', 'licenseType')).toBe(false);
  });

  it('reads numbers with bounds, through references', () => {
    expect(field('afterDays')).toMatchObject({ kind: 'number', whole: true, minimum: 1, maximum: 99, help: 'A number of days.' });
    expect(field('maybe')).toMatchObject({ kind: 'number', nullable: true, maximum: 99 });
    expect(field('graceDays')).toMatchObject({ kind: 'number', nullable: true });
  });

  it('reads switches and choices', () => {
    expect(field('isOn')).toMatchObject({ kind: 'switch', default: true, title: 'Is on' });
    expect(field('mode')).toMatchObject({
      kind: 'choice',
      options: [{ value: 'keep', label: 'Keep', help: 'Stays.' }, { value: 'release' }],
    });
    expect(field('act')).toMatchObject({ options: [{ value: 'spin' }, { value: 'trap' }, { value: 'nothing', help: 'Does nothing.' }] });
    expect(field('size')).toMatchObject({ kind: 'choice', options: [{ value: 'small' }, { value: 'large' }] });
  });

  it('reads lists and groups, and begins entries with what they need', () => {
    expect(field('names')).toMatchObject({ kind: 'list', most: 3, item: { kind: 'text' } });
    const pairs = field('pairs');
    expect(pairs.kind === 'list' && blank(pairs.item)).toEqual({ name: '' });
    expect(field('target')).toMatchObject({ kind: 'group', members: [{ name: 'percent', field: { whole: false } }] });
  });

  it('edits as JSON what it does not understand', () => {
    expect(field('odd').kind).toBe('json');
    expect(ownSettings('no JSON')).toEqual([]);
  });

  it('ends in a schema that refers to itself', () => {
    expect(field('loop').kind).toBe('group');
  });
});
