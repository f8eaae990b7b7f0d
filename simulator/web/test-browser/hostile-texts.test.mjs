// Names and texts that try to be something else: markup, directions of writing, ten thousand characters.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite, settled } from './site.mjs';
import { hostileSnapshot, HOSTILE } from './hostile-snapshot.mjs';

let site;
before(async () => (site = await openSite()));
after(async () => {
  await site.close();
  assert.deepEqual(site.foreign, [], 'requests to other places');
  assert.deepEqual(site.problems, [], 'errors of the page');
});

const load = async (page) => {
  const file = { name: '<img src=x onerror=alert(1)>\u202E.json', mimeType: 'application/json', buffer: Buffer.from(hostileSnapshot()) };
  await page.locator('input[type=file][accept*=json]').setInputFiles(file);
  await page.locator('.count', { hasText: `${HOSTILE.length} seats` }).waitFor();
  await settled(page);
};

test('hostile texts are texts', async () => {
  const page = await site.openSimulator();
  await load(page);
  await page.locator('[role=grid] .body b').first().waitFor();
  assert.match(await page.getByRole('grid').innerText(), /<img src=x/, 'shown as it is written');
  const injected = await page.evaluate(() => document.querySelectorAll('#app img, #app script, #app iframe, #app b b, [onerror]').length);
  assert.equal(injected, 0);
  for (const summary of await page.locator('.settings details > summary').all()) await summary.click();
  const rows = page.locator('[role=grid] .body [role=row]');
  for (let row = 0; row < HOSTILE.length; row += 1) {
    const box = await rows.nth(row).boundingBox();
    assert.equal(Math.round(box.height), 34, `row ${row} is as high as the others`);
    await rows.nth(row).click();
    await page.getByRole('dialog').locator('.verdict').waitFor();
    const wide = await page.getByRole('dialog').locator('.content').evaluate((element) => element.scrollWidth - element.clientWidth);
    assert.ok(wide <= 0, `the explanation of row ${row} is ${wide} pixels too wide`);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  const [wanted, has] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wanted <= has, `the page is ${wanted} of ${has} pixels wide`);
});

test('every text from elsewhere is isolated from the direction of its neighbours', async () => {
  const page = await site.openSimulator();
  await load(page);
  await page.locator('[role=grid] .body b').first().waitFor();
  const bare = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (/[\u202A-\u202E\u2066-\u2069]/.test(node.data) && !node.parentElement.closest('bdi, option')) found.push(node.data);
    }
    return found;
  });
  assert.deepEqual(bare, []);
});

test('a link that was made by hand changes nothing but numbers', async () => {
  const made = (shared) => `#/simulator?share=${Buffer.from(JSON.stringify(shared)).toString('base64url')}`;
  const values = [
    ['/licenseType/analyzer/releaseThresholdDays', 77],
    ['/guard/neverRelease/user', 'nobody'],
    ['/__proto__/polluted', 1],
    ['/policy/protect/role/0', 'x'],
  ];
  const fragment = made({ v: 1, a: { name: 'standard', digest: '<b>x</b>', values } });
  const page = await site.openSimulator({ fragment });
  await page.waitForFunction(() => document.querySelector('.settings .type input:not([role])')?.value === '77');
  assert.equal(await page.evaluate(() => ({}).polluted), undefined);
  const broken = await site.openSimulator({ fragment: '#/simulator?share=%%%' });
  await broken.getByText('was not made by the simulator').waitFor();
});
