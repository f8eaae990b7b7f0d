// Nothing that somebody did in the simulator is lost by going somewhere else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { headline, openSite, settled } from './site.mjs';

let site;
before(async () => (site = await openSite()));
after(async () => {
  await site.close();
  assert.deepEqual(site.foreign, [], 'requests to other places');
  assert.deepEqual(site.problems, [], 'errors of the page');
});

const threshold = (page) => page.getByLabel(/Analyzer: released after/);
const go = (page, name) => page.getByRole('navigation').getByRole('link', { name }).click();

/** A page whose questions before leaving are counted and answered with staying. */
async function openAsking() {
  const page = await site.openSimulator();
  const asked = [];
  page.removeAllListeners('dialog');
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  return { page, asked };
}

/** `beforeunload` runs as when the tab is closed; the page stays when it asks. */
async function leave(page) {
  await page.close({ runBeforeUnload: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
}

test('the console and back again: everything is as it was', async () => {
  const page = await site.openSimulator();
  await threshold(page).fill('200');
  await settled(page);
  const kept = await headline(page, 'kept');
  await page.getByRole('tab', { name: 'Thresholds' }).click();
  await page.locator('.drawing canvas').waitFor();
  await go(page, 'Console');
  await page.getByRole('heading', { name: 'Console' }).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Simulator' }).count(), 0, 'it is hidden');
  await go(page, 'Simulator');
  await settled(page);
  assert.equal(await threshold(page).inputValue(), '200');
  assert.equal(await headline(page, 'kept'), kept);
  await page.locator('.drawing canvas').waitFor();
});

test('going back closes a dialog, and does not leave the page', async () => {
  const page = await site.openSimulator();
  const dialog = page.getByRole('dialog');
  const open = () => page.locator('[role=grid] .body [role=row]').first().click();
  await open();
  await dialog.waitFor();
  await page.goBack();
  await dialog.waitFor({ state: 'detached' });
  await settled(page);
  // Closed otherwise it leaves nothing behind in the history.
  const entries = await page.evaluate(() => history.length);
  for (let times = 0; times < 3; times += 1) {
    await open();
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  }
  assert.equal(await page.evaluate(() => history.length), entries);
  await open();
  await dialog.waitFor();
  await page.evaluate(() => (location.hash = '#/console'));
  await page.getByRole('heading', { name: 'Console' }).waitFor();
  assert.equal(await dialog.count(), 0);
});

test('asks before the page is left only when something would be lost', async () => {
  const untouched = await openAsking();
  await untouched.page.getByRole('button', { name: /released now/ }).click();
  await leave(untouched.page);
  assert.deepEqual(untouched.asked, []);

  const changed = await openAsking();
  await threshold(changed.page).fill('123');
  await leave(changed.page);
  assert.deepEqual(changed.asked, ['beforeunload']);
  await threshold(changed.page).fill('90');
  await leave(changed.page);
  assert.deepEqual(changed.asked, ['beforeunload'], 'it is as it was');
});

test('a share link in the tab that shows the simulator already is followed', async () => {
  const page = await site.openSimulator();
  const link = async () => {
    await page.getByRole('button', { name: 'Share' }).click();
    const { hash } = new URL(await page.getByLabel('Link').inputValue());
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    return hash;
  };
  await threshold(page).fill('123');
  const first = await link();
  await threshold(page).fill('45');
  const second = await link();
  for (const [hash, days] of [[first, '123'], [second, '45']]) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.waitForFunction((wanted) => document.querySelector('.settings .type input:not([role])')?.value === wanted, days);
    await settled(page);
  }
  const shared = JSON.parse(atob(second.split('share=')[1].replaceAll('-', '+').replaceAll('_', '/')));
  shared.a.values = [['/licenseType/analyzer/releaseThresholdDays', 77], ['/guard/minIdleDays', 99_999], ['/guard/undoReserveDays', 0]];
  shared.now = 1e20;
  await page.evaluate((to) => (location.hash = to), `#/simulator?share=${btoa(JSON.stringify(shared))}`);
  await page.getByText('3 values of the link were left out').waitFor();
  await page.waitForFunction(() => document.querySelector('.settings .type input:not([role])')?.value === '77');
});
