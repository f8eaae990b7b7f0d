// axe-core on every page of the console, in both colour schemes and on a narrow screen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check, checkWidth } from './axe.mjs';
import { openDemo } from './demo.mjs';

let demo;
let person;
before(async () => {
  demo = await openDemo();
  const { rows } = await demo.ask('plans/latest/decisions?released=true&limit=1');
  const { userDirectory, userId } = rows[0].decision;
  person = encodeURIComponent(`${userDirectory}\\${userId}`);
});
after(async () => {
  await demo?.close();
  assert.deepEqual(demo?.problems, [], 'errors of the page');
});

/** Where something is shown that was asked for. */
const PAGES = [
  ['overview', (page) => page.getByRole('region', { name: 'The pools over time' }).locator('canvas')],
  ['alerts', (page) => page.getByRole('region', { name: 'Where messages go' }).getByRole('listitem').first()],
  ['cost', (page) => page.getByRole('region', { name: 'Seats day by day' }).locator('canvas')],
  ['plans', (page) => page.getByRole('table').first()],
  ['plans/latest?verdict=release', (page) => page.locator('[role=grid] .body [role=row] b').first()],
  ['runs', (page) => page.getByRole('table').first()],
  ['runs/6', (page) => page.locator('[role=grid] .body [role=row]').first()],
  ['people?person=', (page) => page.locator('.verdict')],
  ['protections', (page) => page.getByText('Nobody is protected by hand.')],
  ['policies', (page) => page.getByRole('region', { name: /^The policy/ })],
  ['schedules', (page) => page.getByText('Read as a sentence.')],
  ['settings', (page) => page.getByRole('region', { name: 'The guard' })],
  ['audit', (page) => page.getByRole('listitem').filter({ hasText: '#' }).first()],
  ['health', (page) => page.getByRole('table').first()],
];

const pages = () => PAGES.map(([address, shown]) => [address.endsWith('person=') ? address + person : address, shown]);

for (const colorScheme of ['light', 'dark']) {
  test(`every page in ${colorScheme} colours`, async () => {
    const page = await demo.open({ role: 'operator', colorScheme });
    for (const [address, shown] of pages()) {
      await page.goto(`${demo.address}/#/console/${address}`);
      await shown(page).waitFor();
      await check(page, address);
    }
  });

  test(`dialogs in ${colorScheme} colours`, async () => {
    const page = await demo.open({ role: 'operator', colorScheme, fragment: '#/console/plans/latest?released=true' });
    await page.locator('[role=grid] .body [role=row] b').first().click();
    await page.getByRole('dialog').locator('.verdict').waitFor();
    await check(page, 'a person');
    await page.getByRole('button', { name: 'Protect this person…' }).click();
    await check(page, 'a protection');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply…' }).click();
    await page.getByRole('dialog').getByRole('switch').check();
    await page.getByRole('dialog').locator('.body [role=row]').first().waitFor();
    await check(page, 'an apply');
    await page.keyboard.press('Escape');
    await page.goto(`${demo.address}/#/console/runs/6`);
    await page.getByRole('button', { name: 'Undo…' }).click();
    await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
    await check(page, 'an undo');
  });
}

test('no page scrolls sideways on a narrow screen', async () => {
  const page = await demo.open({ role: 'operator', viewport: { width: 390, height: 844 } });
  for (const [address, shown] of pages()) {
    await page.goto(`${demo.address}/#/console/${address}`);
    await shown(page).waitFor();
    await checkWidth(page, address);
    await check(page, `${address}, narrow`);
  }
});

test('the sign-in', async () => {
  const page = await demo.open();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await check(page, 'the sign-in');
  await page.getByLabel('Token').fill('steward_wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Not signed in').waitFor();
  await check(page, 'a refusal');
});
