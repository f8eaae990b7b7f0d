// The plan of the simulator is the plan of the program, byte for byte, in a real browser.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { component, inPage, openPage, root } from './harness.mjs';
import { NOW_MS, snapshot } from './snapshots.mjs';

const DAY_MS = 86_400_000;
const steward = process.env.STEWARD ?? join(root, 'target/debug/steward');
const folder = mkdtempSync(join(tmpdir(), 'steward-equality-'));

const draft = (policy = {}, guard = {}, licenseType = {}) => ({
  policy,
  guard: {
    minIdleDays: 7, protectRoles: ['RootAdmin'], maxReleaseBasisPoints: 500, maxReleases: null, aboveCap: 'hold',
    undoReserveDays: null, maxInventoryAgeMinutes: 15, planTtlDays: 7, ownAccount: null,
    neverRelease: {
      user: [{ userDir: 'ACME', userId: 'user000010' }], tag: ['External', 'no'],
      customProperty: [{ name: 'department', value: 'SALES' }], userDirectory: ['partner'],
      inactive: 'ignore', blocked: 'yes', removedExternally: 'no',
    },
    ...guard,
  },
  licenseType: {
    analyzer: { enable: true, releaseThresholdDays: 45 },
    professional: { enable: true, releaseThresholdDays: 120 },
    user: { enable: false, releaseThresholdDays: 90 },
    ...licenseType,
  },
});

const open = { maxReleaseBasisPoints: 10_000 };
const target = { targetFree: { analyzer: { seats: 40 }, professional: { percent: 10 } } };
const byCap = { aboveCap: 'longest-idle-first', maxReleaseBasisPoints: 234 };

/** Without a draft the settings of the snapshot count, as they do on the command line without a file. */
const CASES = [
  { name: 'an empty site', seats: 0 },
  { name: 'one seat', seats: 1 },
  { name: 'settings of the snapshot', seats: 500 },
  { name: 'strange owners and dates', seats: 1500, wild: true },
  { name: 'another time', seats: 500, days: 100 },
  { name: 'an earlier time', seats: 300, days: -30 },
  { name: 'settings of the policy in the snapshot', seats: 300, settings: { deletedOwner: 'release', neverUsedGraceDays: 3 } },
  { name: 'what the guard remembers', seats: 400, memory: {
    lastEntryAt: '2026-11-20T00:00:00Z',
    taken: [{ at: '2026-11-21T10:00:00Z', licenseType: 'analyzer' }],
    protectedByHand: [{ account: { userDir: 'acme', userId: 'user000020' }, until: null, note: 'a "note" ü' }],
    restored: [{ account: { userDir: 'ACME', userId: 'user000021' }, until: '2027-01-01T00:00:00Z', note: '' }],
    lastReading: null,
  } },
  { name: 'the standard policy from a file', policy: 'standard', seats: 800, draft: draft() },
  { name: 'the standard policy without a cap', policy: 'standard', seats: 800, wild: true, draft: draft({ deletedOwner: 'release' }, open) },
  { name: 'the standard policy cap by cap', policy: 'standard', seats: 800, draft: draft({}, byCap) },
  { name: 'the standard policy with a limit', policy: 'standard', seats: 800, draft: draft({}, { ...byCap, maxReleases: 3 }) },
  { name: 'the standard policy with one type', policy: 'standard', seats: 400, draft: draft({}, open, { professional: { enable: false, releaseThresholdDays: 1 } }) },
  { name: 'the standard policy with own protections', policy: 'standard', seats: 400, draft: draft({ protect: { role: ['RootAdmin'] } }, { ...open, protectRoles: [] }) },
  { name: 'the need-based policy', policy: 'need-based', seats: 800, draft: draft(target) },
  { name: 'the need-based policy without a cap', policy: 'need-based', seats: 800, wild: true, draft: draft(target, open) },
  { name: 'the need-based policy later', policy: 'need-based', seats: 600, days: 60, draft: draft(target, byCap) },
  { name: 'the leavers-first policy', policy: 'leavers-first', seats: 800, draft: draft() },
  { name: 'the leavers-first policy cap by cap', policy: 'leavers-first', seats: 800, wild: true, draft: draft({}, byCap) },
  { name: 'the leavers-first policy later', policy: 'leavers-first', seats: 500, days: 30, draft: draft({}, open) },
  { name: 'strange owners and dates, policy and engine apart', seats: 700, wild: true, apart: true },
  { name: 'the need-based policy, policy and engine apart', policy: 'need-based', seats: 400, draft: draft(target, byCap), apart: true },
  { name: 'a policy that says too much', policy: 'hostile', seats: 40, plain: true, draft: draft({ act: 'long-reason', at: 'seat-000005' }) },
  { name: 'a policy with a quota', policy: 'hostile', seats: 200, plain: true, draft: draft({ act: 'quota-of-one' }, open) },
];

if (existsSync(join(root, 'target/policies/javascript.wasm'))) {
  CASES.push({ name: 'a policy in JavaScript', policy: 'javascript', seats: 120, draft: draft({}, open) });
}

let browser;
before(async () => {
  browser = await openPage();
  await browser.page.evaluate(inPage.start);
});
after(async () => {
  rmSync(folder, { recursive: true });
  await browser.close();
});

/** The settings file that says what the draft says, by the engine's own YAML. */
function settingsFile(yaml, policy, name) {
  const file = join(folder, `${name}.yaml`);
  const connection = 'Butler:\n  configQRS: {host: "localhost"}\n';
  const text = yaml
    .replace(/^Butler:\n/, connection)
    .replace(/^ {2}policy:\n/m, `  policy:\n    component: ${JSON.stringify(join(root, 'target/policies', `${policy}.wasm`))}\n`)
    .replace(/^steward:\n/m, `steward:\n  dataDir: ${JSON.stringify(folder)}\n  qrs: {jwtFile: "token.jwt"}\n`);
  writeFileSync(file, text);
  return file;
}

function printed(args) {
  try {
    return execFileSync(steward, args, { encoding: 'buffer', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    // 3: the plan is made, and something is held.
    if (error.status === 3) return error.stdout;
    throw new Error(`${args.join(' ')}: ${error.stderr}`);
  }
}

CASES.forEach((given, index) => {
  test(given.name, async () => {
    const snapshotFile = join(folder, `${index}.json`);
    const text = JSON.stringify(snapshot({ seed: index + 1, ...given }));
    writeFileSync(snapshotFile, text);
    browser.serve('/snapshot', text);
    if (given.policy !== undefined) browser.serve('/policy', component(given.policy));
    const now = NOW_MS + (given.days ?? 0) * DAY_MS;
    const simulated = await browser.page.evaluate(async ({ given, now }) => {
      const isShipped = window.simulator.shipped.some(({ name }) => name === (given.policy ?? 'standard'));
      const { validate } = WebAssembly;
      // As in a browser that cannot run both as one component.
      if (given.apart === true) WebAssembly.validate = () => false;
      const policy = isShipped
        ? await window.simulator.shippedPolicy(given.policy ?? 'standard')
        : await window.simulator.loadPolicy('dropped.wasm', await window.bytes('/policy'));
      WebAssembly.validate = validate;
      const session = await window.simulator.open(policy, await window.bytes('/snapshot'));
      const draft = given.draft === undefined ? session.draft : JSON.stringify(given.draft);
      const plan = new TextDecoder().decode(await session.plan(draft, now));
      const csv = new TextDecoder().decode(await session.csv(draft, now));
      const view = await session.view(draft, now);
      const released = [...view.columns.standings].map((standing, place) => [standing, place]);
      const places = released.filter(([standing]) => standing === 1).map(([, place]) => place);
      const rows = [];
      for (let at = 0; at < places.length; at += 1000) rows.push(...(await view.rows(places.slice(at, at + 1000))));
      const yaml = await session.yaml(draft);
      session.close();
      return { plan, csv, yaml, view: view.result, digest: policy.digest, released: rows.map((row) => row.licenseId) };
    }, { given, now });

    const args = ['plan', '--snapshot', snapshotFile, '--now', new Date(now).toISOString()];
    if (given.draft !== undefined) args.push('--config', settingsFile(simulated.yaml, given.policy, `case${index}`));
    assert.equal(simulated.plan, printed([...args, '--format', 'json']).toString());
    assert.equal(simulated.csv, printed([...args, '--format', 'csv']).toString());

    const plan = JSON.parse(simulated.plan);
    assert.equal(plan.policy.digest, simulated.digest);
    // A view has no reasons, so it cannot see that one is too long.
    if (plan.faults.length === 0) {
      assert.deepEqual(new Set(simulated.released), new Set(plan.releases));
      const gates = (holds) => holds.map(({ gate, detail }) => `${gate}: ${detail}`);
      assert.deepEqual(gates(simulated.view.holds), gates(plan.held));
    }
  });
});
