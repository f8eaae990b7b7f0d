// axe-core on every view, in both colour schemes and on a narrow screen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check, checkWidth } from './axe.mjs';
import { openSite, settled } from './site.mjs';

let site;
before(async () => (site = await openSite()));
after(async () => {
  await site.close();
  assert.deepEqual(site.problems, [], 'errors of the page');
});

for (const colorScheme of ['light', 'dark']) {
  test(`the simulator in ${colorScheme} colours`, async () => {
    const page = await site.openSimulator({ colorScheme, reducedMotion: 'reduce' });
    await check(page, 'the first view');
    for (const summary of await page.locator('.settings details > summary').all()) {
      if (!(await summary.evaluate((element) => element.parentElement.open))) await summary.click();
    }
    for (const add of await page.locator('.settings').getByRole('button', { name: 'Add', exact: true }).all()) {
      if (await add.isVisible()) {
        await add.click();
        break;
      }
    }
    await check(page, 'all settings');
    await page.getByRole('tab', { name: 'Thresholds' }).click();
    await page.locator('.drawing canvas').waitFor();
    await page.getByText('The numbers as a table').click();
    await settled(page);
    await page.locator('.panel .stale').waitFor({ state: 'detached' });
    await check(page, 'the sweep');
    await page.getByLabel('Policy B', { exact: true }).selectOption('leavers-first');
    await page.locator('.groups li').first().waitFor();
    await settled(page);
    await check(page, 'the comparison');
    await page.getByRole('tab', { name: 'Seats' }).click();
    await page.locator('[role=grid] .body [role=row]').first().click();
    await page.getByRole('dialog').locator('.verdict').waitFor();
    await check(page, 'one person');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Share' }).click();
    await check(page, 'the share link');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Rules' }).first().click();
    await check(page, 'the policy');
  });
}

test('the simulator on a narrow screen does not scroll sideways', async () => {
  const page = await site.openSimulator({ viewport: { width: 390, height: 844 } });
  await check(page, 'narrow');
  await checkWidth(page, 'the simulator');
});

test('the console without a daemon', async () => {
  const page = await site.open({ fragment: '#/console' });
  await page.getByRole('heading', { name: 'Console' }).waitFor();
  await check(page, 'the console');
});
