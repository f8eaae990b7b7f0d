// A settings file with the simulator's settings merged in is one that the program reads, with the same plan.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from './harness.mjs';
import { openSite, settled } from './site.mjs';
import { NOW_MS, snapshot } from './snapshots.mjs';

const steward = process.env.STEWARD ?? join(root, 'target/debug/steward');
const folder = mkdtempSync(join(tmpdir(), 'steward-merge-'));

let site;
before(async () => (site = await openSite()));
after(async () => {
  rmSync(folder, { recursive: true });
  await site.close();
  assert.deepEqual(site.foreign, [], 'requests to other places');
  assert.deepEqual(site.problems, [], 'errors of the page');
});

const PRESENT = `# The settings of our site.
Butler:
  configQRS:
    host: localhost # the central node
  qlikSenseLicense:
    licenseRelease:
      enable: true
      licenseType:
        analyzer: {enable: true, releaseThresholdDays: 365} # a year
      neverRelease:
        user:
          - userDir: SOMEBODY
            userId: 007 # not in the snapshot
        tag: [Old]
      neverReleaseUsers:
        - {userDir: ACME, userId: user000001}
steward:
  dataDir: DATA
  qrs: {jwtFile: token.jwt}
  policy:
    component: COMPONENT
    settings:
      neverUsedGraceDays: 99 # goes: the simulator does not have it
  guard:
    minIdleDays: 30
    undoGraceDays: 14 # stays
`;

function plan(file, config) {
  const args = ['plan', '--snapshot', file, '--now', new Date(NOW_MS).toISOString(), '--config', config, '--format', 'json'];
  try {
    return execFileSync(steward, args, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    // 3: the plan is made, and something is held.
    if (error.status === 3) return error.stdout;
    throw new Error(`${args.join(' ')}: ${error.stderr}`);
  }
}

test('the program makes the same plan of the merged file', async () => {
  const file = join(folder, 'snapshot.json');
  writeFileSync(file, JSON.stringify(snapshot({ seats: 500, guard: { maxReleaseBasisPoints: 10_000 } })));
  const page = await site.openSimulator();
  await page.locator('input[type=file][accept*=json]').setInputFiles(file);
  await page.getByText('snapshot.json').waitFor();
  await settled(page);
  await page.getByLabel(/Analyzer: released after/).fill('77');
  await page.getByText('As YAML').click();
  await page.getByText('Merge into a settings file').click();
  const present = PRESENT.replace('DATA', JSON.stringify(folder)).replace('COMPONENT', JSON.stringify(join(root, 'target/policies/standard.wasm')));
  await page.getByLabel('The present file').fill(present);
  const result = page.getByRole('region', { name: 'The settings file with these settings' });
  await result.getByText('77').waitFor();
  const merged = await result.textContent();
  for (const kept of ['# The settings of our site.', '# the central node', '# a year', 'undoGraceDays: 14 # stays']) {
    assert.ok(merged.includes(kept), `${kept} is lost in ${merged}`);
  }
  assert.ok(!merged.includes('SOMEBODY') && !merged.includes('neverUsedGraceDays') && !merged.includes('neverReleaseUsers'));

  const config = join(folder, 'steward.yaml');
  writeFileSync(config, merged);
  await settled(page);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Plan file' }).click()]);
  const simulated = readFileSync(await download.path(), 'utf8');
  assert.ok(JSON.parse(simulated).releases.length > 0);
  assert.equal(simulated, plan(file, config));

  await page.getByRole('button', { name: 'Share' }).click();
  const { hash } = new URL(await page.getByLabel('Link').inputValue());
  assert.doesNotMatch(atob(hash.split('share=')[1].replaceAll('-', '+').replaceAll('_', '/')), /SOMEBODY|localhost|token\.jwt/);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Forget it' }).click();
  assert.equal(await page.getByLabel('The present file').inputValue(), '');
});

test('says why a file cannot be merged', async () => {
  const page = await site.openSimulator();
  await page.getByText('As YAML').click();
  await page.getByText('Merge into a settings file').click();
  await page.getByLabel('The present file').fill('Butler: 1\nButler: 2\n');
  await page.getByText(/it is no YAML: Map keys must be unique/).waitFor();
});
