// Makes the pictures of the README from `steward demo`: `cargo xtask screenshots` builds what this needs.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDemo } from '../test-browser/demo.mjs';
import { root } from '../test-browser/harness.mjs';
import { settled } from '../test-browser/site.mjs';

const OUT = join(root, 'docs/pictures');
/** A page of a README is about so wide. */
const VIEW = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' };

const demo = await openDemo();
try {
  mkdirSync(OUT, { recursive: true });
  const page = await demo.open({ role: 'operator', ...VIEW });
  const picture = async (name) => {
    await page.screenshot({ path: join(OUT, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  };
  await page.getByRole('heading', { name: 'The latest plan' }).waitFor();
  await page.locator('.uplot canvas').waitFor();
  await picture('console');

  const { plans } = await demo.ask('plans?limit=1');
  await page.goto(`${demo.address}/#/simulator?plan=${encodeURIComponent(plans[0].id)}`);
  await settled(page);
  await page.getByLabel('Analyzer: released after').fill('45');
  await settled(page);
  await picture('simulator');
} finally {
  await demo.close();
}
