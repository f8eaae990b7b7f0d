// What the simulator takes from a daemon. The daemon's answers are written here: its own tests say that it gives them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { web } from './harness.mjs';
import { openSite, settled } from './site.mjs';
import { snapshot } from './snapshots.mjs';

const { policies: shipped } = JSON.parse(readFileSync(join(web, 'public/engine/manifest.json'), 'utf8'));
const STORED = `sha256:${'5'.repeat(64)}`;

function line(name, digest, more = {}) {
  return {
    name, digest, version: '1.2.3', origin: 'shipped', problem: null, bytes: null, addedAt: null, addedBy: null, signature: null,
    isActive: false, isPrevious: false, isShadow: false, ...more,
  };
}

let site;
before(async () => (site = await openSite()));
after(async () => {
  await site.close();
  assert.deepEqual(site.problems, [], 'errors of the page');
});

/** A page behind which there is a daemon. */
async function openWithDaemon(who) {
  // Without a page in the address, a daemon's page is the console.
  const page = await site.openSimulator({ fragment: '#/simulator' });
  const answer = (path, body, status = 200) =>
    page.route(`**/api/v1/${path}`, (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) }));
  if (who) await answer('who', who);
  else await answer('who', { code: 'not-signed-in', message: 'nobody is signed in' }, 401);
  const [standard, leavers] = ['standard', 'leavers-first'].map((name) => shipped.find((one) => one.name === name));
  const policies = [
    line('standard', standard.digest, { isPrevious: true }),
    line('leavers-first', leavers.digest, { isActive: true }),
    line('ours', STORED, { isShadow: true, origin: 'stored' }),
    line('lost', `sha256:${'6'.repeat(64)}`, { problem: 'the file is gone', origin: 'file' }),
  ];
  await answer('policies', { isPinned: false, policies });
  await answer('snapshot', snapshot({ seats: 80 }));
  await page.addInitScript(() => {
    // The engine's frame has no storage.
    if (window === window.top) sessionStorage.setItem('steward.token', 'a-token');
  });
  await page.reload();
  await settled(page);
  return page;
}

test('the daemon’s policies say what they do, and the active one comes with its snapshot', async () => {
  const page = await openWithDaemon({ name: 'somebody', role: 'viewer', expiresAt: null });
  const policyA = page.getByRole('combobox', { name: 'Policy A' });
  await page.getByRole('button', { name: 'From the daemon' }).click();
  await page.getByText('Latest plan of the daemon').waitFor();
  await settled(page);
  assert.equal(await policyA.inputValue(), 'leavers-first');
  const labels = await policyA.locator('option').allInnerTexts();
  for (const wanted of ['leavers-first: decides now', 'standard: decided before', 'ours 1.2.3 of the daemon: in the shadow']) {
    assert.ok(labels.includes(wanted), `${wanted} is none of ${labels.join(', ')}`);
  }
  assert.ok(!labels.some((label) => label.includes('lost')));
});

test('whoever is not signed in is told what signing in would give', async () => {
  const page = await openWithDaemon(undefined);
  await page.getByText('This page comes from a daemon').waitFor();
  assert.equal(await page.getByRole('button', { name: 'From the daemon' }).count(), 0);
});
