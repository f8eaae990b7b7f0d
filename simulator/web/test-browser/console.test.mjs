// What a new user does in the console, against the daemon of the demo. The tests are one story, in this order.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDemo, until } from './demo.mjs';

let demo;
let page;
/** Of somebody who looks on. */
let other;
before(async () => {
  demo = await openDemo();
});
after(async () => {
  await demo?.close();
  assert.deepEqual(demo?.problems, [], 'errors of the page');
});

/** What comes after a failure would fail for the same reason, and slowly. */
let isBroken = false;
const story = (name, tell) =>
  test(name, async (context) => {
    if (isBroken) return context.skip('something before it failed');
    isBroken = true;
    await tell();
    isBroken = false;
  });

const menu = (of, name) => of.getByRole('navigation', { name: 'Console' }).getByRole('link', { name, exact: true }).click();
const heading = (of, name) => of.getByRole('heading', { level: 1, name }).waitFor();
const dialog = () => page.getByRole('dialog').last();
const firstRow = () => page.locator('[aria-label=Decisions] [role=grid] .body [role=row]').first();
const number = (text) => Number(text.replaceAll(',', ''));
/** The seats that the list of decisions has, once they are those of the filter. */
const listed = async (pattern) => {
  const line = page.locator('[aria-label=Decisions] .count');
  await line.filter({ hasText: pattern }).waitFor();
  return number((await line.locator('b').textContent()).split(' ')[0]);
};
const isLive = (of) => of.locator('.state.live').waitFor();

let account;

story('signs in by the link, whose code leaves the address', async () => {
  page = await demo.open({ fragment: '' });
  await page.goto(demo.link);
  await heading(page, 'Overview');
  assert.doesNotMatch(page.url(), /sign-in/);
  await isLive(page);
  other = await demo.open({ role: 'viewer', fragment: '#/console/protections' });
  await heading(other, 'Protections');
  await isLive(other);
});

story('finds out why one person loses a seat, from a number of the overview', async () => {
  const count = page.getByRole('link', { name: /^\d+ seats that go: show them/ });
  const seats = number(await count.textContent());
  await count.click();
  assert.equal(await listed(/of 1,840/), seats);
  await firstRow().click();
  await dialog().locator('.reason').waitFor();
  assert.match(await dialog().locator('.reason').innerText(), /not used for \d+ days/i);
  assert.ok((await dialog().getByRole('table').locator('tbody tr').count()) > 10, 'every rule is there');
  assert.equal(await dialog().locator('tr.decided').count(), 1);
  assert.ok((await dialog().getByRole('region', { name: 'What would change this' }).locator('li').count()) >= 2);
  account = await dialog().getByRole('region', { name: 'The person' }).locator('dd').first().innerText();
});

story('tries another threshold at this seat in the simulator', async () => {
  await dialog().getByRole('link', { name: /simulator/ }).click();
  const seat = page.getByRole('dialog');
  await seat.locator('.verdict.released').waitFor();
  assert.match(await seat.innerText(), /What would change this/);
  // Back closes the dialog first.
  await page.goBack();
  await seat.waitFor({ state: 'detached' });
  await page.goBack();
  await heading(page, /^Plan /);
});

story('protects the person, which somebody else sees at once', async () => {
  await page.goto(`${demo.address}/#/console/people?person=${encodeURIComponent(account)}`);
  await page.getByRole('button', { name: 'Protect this person…' }).click();
  await dialog().getByLabel('Why').fill('parental leave <b>until spring</b>');
  await dialog().getByRole('button', { name: 'Protect', exact: true }).click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByText('Somebody keeps this person’s seats').waitFor();
  await other.getByRole('cell', { name: 'parental leave <b>until spring</b>' }).waitFor();
  assert.equal(await other.getByRole('button', { name: /End/ }).count(), 0, 'a viewer ends nothing');
});

story('makes a plan in which the person stays', async () => {
  await menu(page, 'Plans');
  await page.getByRole('button', { name: 'Make a new plan' }).click();
  await page.getByRole('link', { name: 'Look at the plan' }).click();
  await heading(page, /^Plan /);
  await page.getByPlaceholder('Name, account or seat id').fill(account);
  await listed(/^1 seat/);
  await firstRow().click();
  await dialog().getByText('Somebody keeps this person’s seats').waitFor();
  assert.equal(await dialog().locator('.verdict.released').count(), 0);
  await page.keyboard.press('Escape');
});

story('pauses and resumes, and an apply is refused meanwhile with the reason', async () => {
  await menu(other, 'Overview');
  await menu(page, 'Overview');
  await page.getByRole('button', { name: 'Pause…' }).click();
  await dialog().getByLabel(/^Why/).fill('audit');
  await dialog().getByRole('button', { name: 'Pause releases' }).click();
  await page.getByRole('heading', { name: 'No seat is released now' }).waitFor();
  await other.getByText(/by demo .* audit/i).waitFor();
  await page.getByRole('link', { name: 'Look at the plan' }).first().click();
  await page.getByText('Resume first.').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Apply…' }).isDisabled());
  await menu(page, 'Overview');
  await page.getByRole('button', { name: 'Resume…' }).click();
  await dialog().getByRole('button', { name: 'Resume releases' }).click();
  await page.getByRole('heading', { name: 'Releases are on' }).waitFor();
});

story('changes the threshold in the settings file, looks at what changes, and arms', async () => {
  demo.editSettings((text) => text.replaceAll('releaseThresholdDays: 30', 'releaseThresholdDays: 20'));
  // Settings that changed end every stream: the page comes back by itself.
  await page.getByRole('heading', { name: 'Changed rules wait for you' }).waitFor();
  await page.getByRole('link', { name: 'Look at the latest plan' }).click();
  await page.getByRole('button', { name: 'Arm with this plan…' }).click();
  await dialog().getByText('Nothing is released at this moment.').waitFor();
  await dialog().getByRole('button', { name: 'Arm releases' }).click();
  await dialog().waitFor({ state: 'detached' });
  await menu(page, 'Overview');
  await page.getByRole('heading', { name: 'Releases are on' }).waitFor();
});

let run;

story('applies the five longest idle seats of a new plan', async () => {
  await page.getByRole('button', { name: 'Make a new plan' }).click();
  await page.getByText(/A plan was made/).first().waitFor();
  await page.getByRole('region', { name: 'Work of the daemon' }).getByRole('link', { name: 'Look at the plan' }).click();
  await page.getByRole('button', { name: 'Apply…' }).click();
  await dialog().getByRole('button', { name: /^Release \d+ seats$/ }).waitFor();
  await dialog().getByLabel('Only the longest idle ones').check();
  await dialog().getByRole('textbox', { name: /^How many of/ }).fill('5');
  const act = dialog().getByRole('button', { name: 'Release 5 seats' });
  assert.match(await dialog().innerText(), /5 Analyzer seats will be taken|\d Analyzer seats? and \d Professional seats? will be taken/);
  assert.equal(await dialog().getByRole('grid').getAttribute('aria-rowcount'), '6');
  await act.click();
  const link = page.getByRole('link', { name: /^Look at run \d+$/ });
  await link.waitFor();
  run = Number(/\d+/.exec(await link.innerText())[0]);
  await link.click();
  await heading(page, `Run ${run}`);
  assert.match(await page.locator('.headline:visible').innerText(), /freed\s*5/);
});

story('lifts the cap only with a note', async () => {
  await menu(page, 'Plans');
  await page.getByRole('button', { name: 'Make a new plan' }).click();
  await page.getByRole('region', { name: 'Work of the daemon' }).getByRole('link', { name: 'Look at the plan' }).click();
  await page.getByRole('button', { name: 'Apply…' }).click();
  await dialog().getByRole('switch').check();
  const act = dialog().getByRole('button', { name: /^Release \d+ seats$/ });
  assert.ok(await act.isDisabled());
  await dialog().getByLabel('Why').fill('ticket 4711');
  assert.ok(await act.isEnabled());
  await page.keyboard.press('Escape');
});

story('undoes the run for two of its people', async () => {
  await page.goto(`${demo.address}/#/console/runs/${run}`);
  await page.getByRole('button', { name: 'Undo…' }).click();
  await dialog().getByRole('button', { name: 'Give back 5 seats' }).waitFor();
  await dialog().getByRole('button', { name: 'Nobody' }).click();
  const people = dialog().getByRole('group', { name: 'People' }).getByRole('checkbox');
  await people.nth(0).check();
  await people.nth(1).check();
  await dialog().getByRole('button', { name: 'Give back 2 seats' }).click();
  const link = page.getByRole('link', { name: `Look at run ${run + 1}` });
  await link.click();
  await heading(page, `Undo ${run + 1}`);
  assert.match(await page.locator('.headline:visible').innerText(), /given back\s*2/);
});

story('activates another policy through the gate’s report, and rolls back', async () => {
  const decides = (name) => page.getByRole('row', { name: new RegExp(`${name}.*decides`) }).waitFor();
  await menu(page, 'Policies');
  await decides('standard');
  await page.getByRole('link', { name: 'leavers-first' }).click();
  await page.getByRole('button', { name: 'Look at what it would do' }).click();
  const report = page.getByRole('region', { name: 'What the gate found' });
  await report.waitFor();
  assert.match(await report.innerText(), /would newly go/);
  await page.getByRole('button', { name: 'Activate it…' }).click();
  const act = dialog().getByRole('button', { name: /^Activate it/ });
  if (/all the same/.test(await act.innerText())) {
    assert.ok(await act.isDisabled(), 'a gate that says no is overridden with a note');
    await dialog().getByLabel('Why').fill('agreed with everybody');
  }
  await act.click();
  await decides('leavers-first');
  await page.getByRole('link', { name: 'standard', exact: true }).first().click();
  await page.getByRole('button', { name: 'Look at what a rollback would do' }).click();
  await report.waitFor();
  await page.getByRole('button', { name: 'Roll back to it…' }).click();
  const back = dialog().getByRole('button', { name: /^Roll back to it/ });
  if (await back.isDisabled()) await dialog().getByLabel(/^Why/).fill('back again');
  await back.click();
  await decides('standard');
  assert.match(await page.getByRole('region', { name: 'Activations' }).innerText(), /leavers-first/);
});

story('searches the audit, and checks its chain', async () => {
  await menu(page, 'Audit');
  await page.getByRole('button', { name: 'Check the chain' }).click();
  await page.getByText(/entries follow from each other/).waitFor();
  await page.getByLabel('Kind').selectOption('protected');
  const entry = page.getByRole('listitem').filter({ hasText: account });
  await entry.waitFor();
  assert.match(await entry.innerText(), /protected.*parental leave <b>until spring<\/b>/s);
  await entry.locator('summary').click();
  assert.match(await entry.locator('pre').innerText(), /"type": "protected"/);
});

story('tries a schedule', async () => {
  await menu(page, 'Schedules');
  await page.getByLabel('Schedule', { exact: true }).fill('0 3 * * 1-5');
  await page.getByText('Read as cron.').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Try a text' }).getByRole('listitem').count(), 10);
  await page.getByLabel('Schedule', { exact: true }).fill('every 6 hrs');
  await page.locator('.wrong').waitFor();
});

story('ends the protection again', async () => {
  await menu(page, 'Protections');
  await page.getByRole('button', { name: /^End the protection of/ }).click();
  await dialog().getByRole('button', { name: 'End the protection' }).click();
  await page.getByText('Nobody is protected by hand.').waitFor();
});

story('walks with the keyboard alone', async () => {
  const walker = await demo.open({ role: 'operator', fragment: '#/console/plans/latest?released=true' });
  const grid = walker.getByRole('grid', { name: 'Decisions' });
  await grid.locator('.body [role=row]').first().waitFor();
  const reach = async (locator, limit = 60) => {
    for (let step = 0; step < limit; step += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await walker.keyboard.press('Tab');
    }
    assert.fail('it is not reached by Tab');
  };
  await reach(grid);
  await walker.keyboard.press('ArrowDown');
  await walker.keyboard.press('Enter');
  const panel = walker.getByRole('dialog');
  await panel.locator('.reason').waitFor();
  await reach(panel.getByRole('button', { name: 'Protect this person…' }));
  await walker.keyboard.press('Enter');
  await walker.getByRole('dialog', { name: 'Protect a person?' }).waitFor();
  await walker.keyboard.press('Escape');
  await walker.getByRole('dialog', { name: 'Protect a person?' }).waitFor({ state: 'detached' });
  await walker.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  // Whoever comes back stands where they were.
  await until(() => grid.evaluate((element) => element === document.activeElement), 'the list has the focus again');
  await walker.close();
});

story('a viewer sees everything and can do nothing', async () => {
  assert.match(await other.getByRole('navigation', { name: 'Console' }).innerText(), /take a token of an operator/);
  const acts = /…$|^Make a new plan$|^Read the file again$|^Now$/;
  for (const name of ['Overview', 'Plans', 'Runs', 'Protections', 'Policies', 'Settings']) {
    await menu(other, name);
    await heading(other, name);
    assert.equal(await other.getByRole('button', { name: acts }).count(), 0, name);
  }
  await other.goto(`${demo.address}/#/console/plans/latest`);
  await heading(other, /^Plan /);
  assert.equal(await other.getByRole('button', { name: acts }).count(), 0);
});

story('says so when a plan is not there, and when the daemon is gone', async () => {
  await page.goto(`${demo.address}/#/console/plans/sha256%3A${'0'.repeat(64)}`);
  await page.getByText('It is not there').waitFor();
  await menu(page, 'Overview');
  await page.getByRole('heading', { name: 'Releases are on' }).waitFor();
  await demo.endDaemon();
  await page.locator('.state.reconnecting').waitFor();
  await menu(page, 'Runs');
  await page.getByText('The daemon does not answer', { exact: true }).waitFor();
});
