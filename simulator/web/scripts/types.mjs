// Generates TypeScript types: of the engine from the WIT text, of the daemon's API from its description.
// With `--check` it writes nothing and fails when they are not fresh.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { $init, generateTypes } from '@bytecodealliance/jco-transpile/component';
import openapiTypes, { COMMENT_HEADER, astToString } from 'openapi-typescript';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(web, '../..');
const ENGINE = 'src/engine/generated';
const API = 'src/api/generated/api.d.ts';
const isCheck = process.argv.includes('--check');

/** Both packages in one text: the second one nested, as WIT allows. */
function wit() {
  const policy = readFileSync(join(root, 'wit/v1/policy.wit'), 'utf8');
  const engine = readFileSync(join(root, 'wit/simulator/engine.wit'), 'utf8');
  return `${engine}\n${policy.replace(/^package ([^;]+);/m, 'package $1 {')}}\n`;
}

/** Paths below this folder, and texts. */
async function engineTypes() {
  await $init;
  const files = generateTypes('engine', {
    wit: { tag: 'source', val: wit() },
    world: 'simulator',
    instantiation: { tag: 'sync' },
  });
  // jco types the raw imports of a core instance loosely; nothing here looks at them.
  const text = (bytes) => new TextDecoder().decode(bytes).replace('Record<string, any>', 'WebAssembly.Imports');
  return files.map(([name, bytes]) => [join(ENGINE, name), text(bytes)]);
}

/** What stands beside a reference apart from it: the generator would pass it over. */
function apart(of) {
  if (Array.isArray(of)) return of.map(apart);
  if (typeof of !== 'object' || of === null) return of;
  const all = Object.fromEntries(Object.entries(of).map(([name, value]) => [name, apart(value)]));
  const { $ref, ...rest } = all;
  return $ref !== undefined && rest.properties !== undefined ? { allOf: [{ $ref }, rest] } : all;
}

async function apiTypes() {
  const description = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8'));
  const ast = await openapiTypes(apart(description), { silent: true });
  return [API, `${COMMENT_HEADER}${astToString(ast)}`];
}

function isFresh([name, text]) {
  try {
    return readFileSync(join(web, name), 'utf8') === text;
  } catch {
    // A missing file is a stale one.
    return false;
  }
}

const files = [...(await engineTypes()), await apiTypes()];
if (isCheck) {
  const stale = files.filter((file) => !isFresh(file)).map(([name]) => name);
  if (stale.length > 0) {
    console.error(`not fresh, run \`npm run types\`: ${stale.join(', ')}`);
    process.exit(1);
  }
} else {
  rmSync(join(web, ENGINE), { recursive: true, force: true });
  for (const [name, text] of files) {
    mkdirSync(dirname(join(web, name)), { recursive: true });
    writeFileSync(join(web, name), text);
  }
}
