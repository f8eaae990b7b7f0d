// Generates the TypeScript types of the engine from the WIT text into `src/engine/generated`.
// With `--check` it writes nothing and fails when they are not fresh.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { $init, generateTypes } from '@bytecodealliance/jco-transpile/component';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(web, 'src/engine/generated');

/** Both packages in one text: the second one nested, as WIT allows. */
function wit() {
  const policy = readFileSync(join(web, '../../wit/v1/policy.wit'), 'utf8');
  const engine = readFileSync(join(web, '../../wit/simulator/engine.wit'), 'utf8');
  return `${engine}\n${policy.replace(/^package ([^;]+);/m, 'package $1 {')}}\n`;
}

await $init;
const files = generateTypes('engine', {
  wit: { tag: 'source', val: wit() },
  world: 'simulator',
  instantiation: { tag: 'sync' },
});
const stale = [];
if (!process.argv.includes('--check')) rmSync(out, { recursive: true, force: true });
for (const [name, bytes] of files) {
  const path = join(out, name);
  // jco types the raw imports of a core instance loosely; nothing here looks at them.
  const text = new TextDecoder().decode(bytes).replace('Record<string, any>', 'WebAssembly.Imports');
  if (process.argv.includes('--check')) {
    let old = '';
    try {
      old = readFileSync(path, 'utf8');
    } catch {
      // A missing file is a stale one.
    }
    if (old !== text) stale.push(name);
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
if (stale.length > 0) {
  console.error(`not fresh, run \`npm run types\`: ${stale.join(', ')}`);
  process.exit(1);
}
