// How long the simulator takes in a real Chromium, from a change of a setting to the new result. Nothing fails because
// something is slow.

import { inPage, openPage } from './harness.mjs';
import { snapshot } from './snapshots.mjs';

const SIZES = process.argv.includes('--quick') ? [10_000] : [10_000, 100_000];
const ROUNDS = 12;

const browser = await openPage();
await browser.page.evaluate(inPage.start);
const lines = [['seats', 'what', 'best ms', 'median ms', 'worst ms']];
for (const seats of SIZES) {
  browser.serve('/snapshot', JSON.stringify(snapshot({ seats })));
  const measured = await browser.page.evaluate(measure, { seats, rounds: ROUNDS });
  for (const [what, times] of measured) {
    const sorted = [...times].sort((a, b) => a - b);
    const shown = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((ms) => ms.toFixed(0));
    lines.push([String(seats), what, ...shown]);
  }
}
await browser.close();
console.log('simulator in Chromium');
const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
for (const line of lines) {
  console.log(`  ${line.map((cell, column) => (column === 1 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')}`);
}

/** In the page: every time in milliseconds, as the page sees it. */
async function measure({ seats, rounds }) {
  const timed = async (action) => {
    const began = performance.now();
    await action();
    return performance.now() - began;
  };
  const bytes = await window.bytes('/snapshot');
  const policy = await window.simulator.shippedPolicy('standard');
  let session;
  const results = [['open the snapshot', [await timed(async () => (session = await window.simulator.open(policy, bytes)))]]];
  const withThreshold = (days) => {
    const draft = JSON.parse(session.draft);
    draft.licenseType.analyzer.releaseThresholdDays = days;
    return JSON.stringify(draft);
  };
  let longestGap = 0;
  let last = performance.now();
  const clock = setInterval(() => {
    longestGap = Math.max(longestGap, performance.now() - last);
    last = performance.now();
  }, 5);
  const views = [];
  let view;
  for (let round = 0; round < rounds; round += 1) {
    views.push(await timed(async () => (view = await session.view(withThreshold(30 + round)))));
  }
  results.push(['first view', views.slice(0, 1)], ['change a setting, new view', views.slice(1)]);
  const query = (text) => ({ text, licenseTypes: [], standings: [], rules: [], gates: [], sort: 'account', descending: false });
  const asked = async (what, ask) => {
    const times = [];
    for (let round = 0; round < rounds; round += 1) times.push(await timed(() => ask(round)));
    results.push([what, times]);
  };
  await asked('search and sort', (round) => view.order(query(`user0${round % 10}`)));
  await asked('30 rows with texts', (round) => view.rows(Array.from({ length: 30 }, (_, row) => (round * 30 + row) % seats)));
  await asked('explain one person', (round) => view.explain((round * 97) % seats));
  const other = await window.simulator.open(await window.simulator.shippedPolicy('leavers-first'), bytes);
  const before = await other.view(other.draft);
  results.push(['compare two policies', [await timed(() => view.compare(before))]]);
  other.close();
  const pointers = ['/licenseType/analyzer/releaseThresholdDays', '/licenseType/professional/releaseThresholdDays'];
  if (seats <= 10_000) {
    let first;
    const began = performance.now();
    const onPoints = (points) => {
      if (points.length >= 33) first ??= performance.now() - began;
    };
    const whole = await timed(() => session.sweep({ draft: session.draft, pointers }, onPoints));
    results.push(['sweep, 33 of 365 thresholds', [first ?? whole]], ['sweep, 365 thresholds', [whole]]);
    results.push(['timeline of 180 days', [await timed(() => session.timeline({ draft: session.draft }))]]);
    const sweep = session.sweep({ draft: session.draft, pointers }).catch(() => undefined);
    results.push(['new view while a sweep runs', [await timed(() => session.view(withThreshold(45)))]]);
    session.close();
    await sweep;
    session = await window.simulator.open(policy, bytes);
  }
  results.push(['whole plan', [await timed(() => session.plan(session.draft))]]);
  clearInterval(clock);
  results.push(['longest stand-still of the page', [longestGap]]);
  session.close();
  return results;
}
