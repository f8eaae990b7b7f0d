// What a new user does in the simulator, on the built static site with the network cut.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from './harness.mjs';
import { headline, openSite, settled } from './site.mjs';
import { snapshot } from './snapshots.mjs';

const good = Buffer.from(JSON.stringify(snapshot({ seats: 60 })));

let site;
before(async () => (site = await openSite()));
after(async () => {
  await site.close();
  assert.deepEqual(site.foreign, [], 'requests to other places');
  assert.deepEqual(site.problems, [], 'errors of the page');
});

const openFirst = async (page) => {
  await page.locator('[role=grid] .body [role=row]').first().click();
  await page.getByRole('dialog').locator('.verdict').waitFor();
};

test('finds out why one person loses a seat', async () => {
  const page = await site.openSimulator();
  await page.locator('.headline').getByRole('button', { name: /released now/ }).click();
  await page.getByPlaceholder('Name, account or id').fill('iwasaki');
  await page.locator('.count', { hasText: /of 1,200/ }).waitFor();
  await openFirst(page);
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.locator('.reason').innerText(), /not used for \d+ days|never used/i);
  assert.equal(await dialog.locator('tr.decided').count(), 1);
  assert.ok((await dialog.locator('tbody tr').count()) > 10, 'every rule is there');
  assert.ok((await dialog.getByRole('region', { name: 'What would change this' }).locator('li').count()) > 2);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('says what really becomes of a seat under a change', async () => {
  const page = await site.openSimulator();
  await page.getByRole('combobox', { name: 'Standing' }).selectOption('kept');
  const dialog = page.getByRole('dialog');
  const outcomes = new Set();
  await openFirst(page);
  for (let seat = 0; seat < 40 && outcomes.size < 2; seat += 1) {
    const known = dialog.locator('section[aria-label="What would change this"][aria-busy=false]');
    await known.waitFor();
    const change = known.locator('li', { hasText: /the seat goes|and the gate/ }).filter({ has: page.getByRole('button') }).first();
    if ((await change.count()) > 0) {
      const claimed = await change.innerText();
      assert.doesNotMatch(claimed, /may still hold it/);
      await change.getByRole('button').click();
      await dialog.locator(`.verdict.${/the seat goes/.test(claimed) ? 'released' : 'held'}`).waitFor();
      outcomes.add(/the seat goes/.test(claimed));
      await dialog.getByRole('button', { name: 'Close' }).click();
      for (const reset of ['As in the snapshot', 'Reset']) {
        const button = page.getByRole('button', { name: reset, exact: true });
        if ((await button.count()) > 0 && (await button.isEnabled())) await button.click();
      }
      await settled(page);
      await page.locator('[role=grid] .body [role=row]').nth(seat % 10).click();
    } else await dialog.getByRole('button', { name: 'The next seat' }).click();
  }
  assert.deepEqual([...outcomes].sort(), [false, true]);
});

test('dims what belongs to values before, and gives them back', async () => {
  const page = await site.openSimulator();
  const back = page.getByRole('button', { name: 'As in the snapshot' });
  assert.ok(await back.isDisabled());
  await page.getByLabel(/Analyzer: released after/).fill('many');
  await page.locator('.answer.stale').waitFor();
  await back.click();
  await settled(page);
  assert.equal(await page.getByLabel(/Analyzer: released after/).inputValue(), '90');
  const time = page.getByLabel('Date and time (UTC)');
  await time.fill('');
  await page.getByText('write a date').waitFor();
  await page.locator('.answer.stale').waitFor();
  await page.getByRole('button', { name: 'Reset' }).click();
  await settled(page);
  assert.equal(await time.inputValue(), '2026-11-20T06:00');
  await page.getByText('Guard', { exact: true }).click();
  const reserve = page.locator('[data-place="/guard/undoReserveDays"] input');
  await reserve.fill('366');
  assert.match(await page.locator('[data-place="/guard/undoReserveDays"]').innerText(), /write 365 or less/);
});

test('says that a policy breaks its contract in its reasons, and what a plan makes of it', async () => {
  const page = await site.openSimulator();
  await page.locator('input[type=file][accept*=wasm]').first().setInputFiles(join(root, 'target/policies/hostile.wasm'));
  const act = page.locator('[data-place="/policy/act"]').getByRole('combobox');
  await act.selectOption({ label: 'Long reason' });
  await page.getByText('The policy breaks its contract, so nothing goes').waitFor();
  await page.locator('.answer.void').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Plan file' }).click()]);
  assert.deepEqual(JSON.parse(readFileSync(await download.path(), 'utf8')).releases, []);
  await page.getByText(/plan\.json releases 0, and the page says \d+/).waitFor();
  await act.selectOption({ label: 'Nothing' });
  await page.getByText('The policy breaks its contract').waitFor({ state: 'detached' });
  await settled(page);
});

test('changes a threshold, and the numbers follow each key stroke', async () => {
  const page = await site.openSimulator();
  const kept = await headline(page, 'kept');
  await page.getByLabel(/Analyzer: released after/).fill('200');
  await page.waitForFunction((old) => Number(document.querySelector('.headline .kept dd').textContent.replace(',', '')) > old, kept);
  await settled(page);
  await page.getByLabel(/Analyzer: released after/).fill('');
  assert.match(await page.locator('.settings').innerText(), /write a number/);
  await page.getByRole('button', { name: 'As in the snapshot' }).click();
  await page.waitForFunction((old) => Number(document.querySelector('.headline .kept dd').textContent.replace(',', '')) === old, kept);
});

test('adds a protection to one person', async () => {
  const page = await site.openSimulator();
  await openFirst(page);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Protect this person' }).click();
  await dialog.locator('.verdict.kept').waitFor();
  assert.match(await dialog.locator('.verdict').innerText(), /never-release\.user/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  assert.equal(await page.getByRole('group', { name: /^People/ }).locator('li').count(), 3);
});

test('compares two policies', async () => {
  const page = await site.openSimulator();
  await page.getByLabel('Policy B', { exact: true }).selectOption('leavers-first');
  await page.locator('.groups li').first().waitFor();
  const table = page.getByRole('tabpanel').locator('table');
  assert.match(await table.innerText(), /Newly loses/);
  await page.locator('.groups button').first().click();
  await page.locator('[aria-label="Seats that differ"] .body [role=row]').first().click();
  await page.getByRole('dialog').locator('.verdict').waitFor();
});

test('writes the plan, the table and a test case', async () => {
  const page = await site.openSimulator();
  const saved = async (click) => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return readFileSync(await download.path(), 'utf8');
  };
  const plan = JSON.parse(await saved(() => page.getByRole('button', { name: 'Plan file' }).click()));
  assert.match(plan.planId, /^sha256:[0-9a-f]{64}$/);
  assert.equal(plan.releases.length, await headline(page, 'released now'));
  const csv = await saved(() => page.getByRole('button', { name: 'CSV' }).click());
  assert.ok(csv.split('\n').length > 1_200);
  await openFirst(page);
  const suite = await saved(() => page.getByRole('button', { name: 'Test case' }).click());
  assert.match(suite, /expect:/);
});

test('a share link carries settings and nobody’s name', async () => {
  const page = await site.openSimulator();
  await page.getByLabel(/Analyzer: released after/).fill('123');
  await page.getByRole('button', { name: 'Share' }).click();
  const link = await page.getByLabel('Link').inputValue();
  const text = atob(new URL(link).hash.split('share=')[1].replaceAll('-', '+').replaceAll('_', '/'));
  assert.match(text, /"\/licenseType\/analyzer\/releaseThresholdDays",123/);
  for (const secret of ['sa_repository', 'INTERNAL', 'ACME', 'RootAdmin', 'License do not release']) {
    assert.ok(!text.includes(secret), `${secret} stands in the link`);
  }
  const other = await site.openSimulator({ fragment: new URL(link).hash });
  await other.waitForFunction(() => document.querySelector('.settings .type input:not([role])')?.value === '123');
});

test('sweeps a threshold and shows the next days', async () => {
  const page = await site.openSimulator();
  await page.getByRole('tab', { name: 'Thresholds' }).click();
  await page.locator('.drawing canvas').waitFor();
  await page.getByLabel('What is moved').selectOption('/licenseType/analyzer/releaseThresholdDays');
  await page.locator('.drawing.pick .u-over').click({ position: { x: 300, y: 60 } });
  await page.waitForFunction(() => document.querySelector('.settings .type input:not([role])').value !== '90');
  await page.getByText('The numbers as a table').click();
  await page.locator('figure tbody tr').nth(10).waitFor();
  await page.getByRole('tab', { name: 'Next 180 days' }).click();
  await page.locator('.drawing canvas').waitFor();
});

test('says why a file is refused, and goes on with what was there', async () => {
  const page = await site.openSimulator();
  const policies = page.locator('input[type=file][accept*=wasm]');
  await policies.first().setInputFiles({ name: 'module.wasm', mimeType: 'application/wasm', buffer: Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]) });
  await page.getByText('a core WebAssembly module, not a component').waitFor();
  await page.locator('input[type=file][accept*=json]').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"a":1}') });
  const refusal = page.getByText('The file is refused, so this one stays');
  await refusal.waitFor();
  assert.equal(await page.getByRole('alert').filter({ hasText: 'snapshot' }).count(), 1, 'the refusal stands once');
  assert.match(await page.getByRole('region', { name: 'Snapshot', exact: true }).innerText(), /Example site[\s\S]*1,200 seats/);
  await settled(page);
  await page.locator('input[type=file][accept*=json]').setInputFiles({ name: 'good.json', mimeType: 'application/json', buffer: good });
  await refusal.waitFor({ state: 'detached' });
  await page.getByText('good.json').waitFor();
});

test('reads a snapshot with a byte order mark, and says what to do about UTF-16', async () => {
  const page = await site.openSimulator();
  const file = page.locator('input[type=file][accept*=json]');
  const give = (name, buffer) => file.setInputFiles({ name, mimeType: 'application/json', buffer });
  await give('wide.json', Buffer.from(`\uFEFF${good}`, 'utf16le'));
  await page.getByText('this is UTF-16; save it as UTF-8').waitFor();
  await give('marked.json', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), good]));
  await page.getByText('marked.json').waitFor();
  await give('cut.json', good.subarray(0, good.length / 2));
  await page.getByText('The file is cut off').waitFor();
  await page.getByText('marked.json').waitFor();
});

test('leads from refused settings to the field', async () => {
  const page = await site.openSimulator();
  await page.getByRole('combobox', { name: 'Policy A' }).selectOption('need-based');
  await page.getByText('The settings are refused').waitFor();
  await page.getByText('Below is the last good result').waitFor();
  for (const type of ['analyzer', 'professional']) {
    await page.getByRole('button', { name: `/targetFree/${type}` }).click();
    await page.keyboard.type('40');
  }
  await page.getByText('The settings are refused').waitFor({ state: 'detached' });
  await settled(page);
  assert.match(await page.locator('.sentence').innerText(), /need-based/);
});

test('says plainly that a policy failed, shows the last good result, and goes on', async () => {
  const page = await site.openSimulator();
  await page.locator('input[type=file][accept*=wasm]').first().setInputFiles(join(root, 'target/policies/hostile.wasm'));
  await page.getByText('The settings are refused').waitFor();
  const act = page.locator('[data-place="/policy/act"]').getByRole('combobox');
  await act.selectOption({ label: 'Nothing' });
  await settled(page);
  const released = await headline(page, 'released now');
  await act.selectOption({ label: 'Spin' });
  // It spins in its worker: the page answers meanwhile.
  await page.getByPlaceholder('Name, account or id').fill('weber');
  await page.getByText('The policy failed', { exact: true }).waitFor();
  await page.getByText('Below is the last good result').waitFor();
  assert.equal(await headline(page, 'released now'), released);
  await act.selectOption({ label: 'Nothing' });
  await settled(page);
});

test('everything works by keyboard', async () => {
  const page = await site.openSimulator();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  const grid = page.getByRole('grid', { name: 'Seats' });
  await grid.focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelector('[role=grid]').getAttribute('aria-activedescendant')?.endsWith('-1199'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').locator('.verdict').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'grid', 'the focus is back');
});

test('on a small screen the result is in sight, and the choices fold', async () => {
  const page = await site.openSimulator({ viewport: { width: 390, height: 844 } });
  const { y, height } = await page.locator('.headline').boundingBox();
  assert.ok(y + height < 844, `the headline ends at ${y + height}`);
  const snapshot = page.getByRole('region', { name: 'Snapshot', exact: true });
  assert.equal(await snapshot.count(), 0);
  await page.getByText('Change', { exact: true }).click();
  await snapshot.waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
});
