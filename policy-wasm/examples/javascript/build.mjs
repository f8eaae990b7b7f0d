/**
 * Makes the component: `node build.mjs FILE`.
 *
 * It is built without every feature of WASI, so it imports nothing and Steward accepts it.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { componentize } from '@bytecodealliance/componentize-js';

const file = process.argv[2];
if (file === undefined) {
  console.error('usage: node build.mjs FILE');
  process.exit(2);
}

/** @param {string} relative */
const here = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const { component } = await componentize({
  sourcePath: here('src/component.js'),
  witPath: here('../../../wit/v1'),
  worldName: 'plain',
  disableFeatures: ['stdio', 'random', 'clocks', 'http', 'fetch-event'],
});

await mkdir(dirname(file), { recursive: true });
await writeFile(file, component);
console.log(`${file}: ${Math.ceil(component.length / 1000)} kB`);
