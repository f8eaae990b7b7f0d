// Policies that misbehave, and files that are none: each has its own error, the page stays alive, and the next job works.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { component, inPage, openPage, root } from './harness.mjs';
import { snapshot } from './snapshots.mjs';

const DEADLINE_MS = 1_500;

let browser;
before(async () => {
  browser = await openPage();
  await browser.page.evaluate(inPage.start);
  browser.serve('/hostile', component('hostile'));
  browser.serve('/snapshot', JSON.stringify(snapshot({ seats: 2000 })));
  // A clock of the page: it stands still while something blocks the page.
  await browser.page.evaluate(async (deadlineMs) => {
    window.simulator.close();
    window.simulator = await window.engine.createSimulator({ deadlineMs });
    window.hostile = { composed: await window.simulator.loadPolicy('hostile.wasm', await window.bytes('/hostile')) };
    // As in a browser that cannot run policy and engine as one component.
    const { validate } = WebAssembly;
    WebAssembly.validate = () => false;
    window.hostile.apart = await window.simulator.loadPolicy('hostile.wasm', await window.bytes('/hostile'));
    WebAssembly.validate = validate;
    window.standard = await window.simulator.shippedPolicy('standard');
    window.longestGapMs = 0;
    let last = performance.now();
    setInterval(() => {
      window.longestGapMs = Math.max(window.longestGapMs, performance.now() - last);
      last = performance.now();
    }, 20);
  }, DEADLINE_MS);
});
after(() => browser.close());

/** What comes of a view, a plan or an explanation under a policy that was told to misbehave. */
async function misbehave(way, act, ask) {
  return await browser.page.evaluate(async ({ way, act, ask }) => {
    window.longestGapMs = 0;
    const session = await window.simulator.open(window.hostile[way], await window.bytes('/snapshot'));
    const draft = (act) => JSON.stringify({ ...JSON.parse(session.plainDraft), policy: { act } });
    const problem = await window.problem(
      ask === 'explain' ? session.view(draft(act)).then((view) => view.explain(0)) : session[ask](draft(act)),
    );
    const gap = window.longestGapMs;
    // The same session goes on, with a new worker if the old one was ended.
    const next = await session.view(draft('nothing'));
    const released = next.result.types.reduce((sum, type) => sum + type.seats - type.kept, 0);
    const rows = await next.rows([0, 1]);
    session.close();
    return { problem, gap, released, rows: rows.length };
  }, { way, act, ask });
}

const FAULTS = [
  ['spin', 'view', 'deadline'],
  ['spin-in-configure', 'view', 'deadline'],
  ['spin', 'plan', 'deadline'],
  ['recurse', 'view', 'trap'],
  ['trap', 'view', 'trap'],
  ['trap', 'plan', 'trap'],
  ['trap-in-columns', 'view', 'trap'],
  ['trap-in-quota', 'view', 'trap'],
  ['allocate', 'view', 'out-of-memory'],
  ['allocate-in-configure', 'view', 'out-of-memory'],
];
/** What the engine sees itself where both are one, as the program does. */
const TOLD_BY_THE_ENGINE = [
  ['huge-reason', 'plan', 'oversize'],
  ['huge-reason', 'explain', 'oversize'],
];

function faultOf(problem) {
  return problem.kind === 'refused' ? problem.refusal.val : problem.fault;
}

for (const way of ['composed', 'apart']) {
  const cases = way === 'apart' ? [...FAULTS, ...TOLD_BY_THE_ENGINE] : FAULTS;
  for (const [act, ask, kind] of cases) {
    test(`${way}: a policy told to ${act} gives ${kind} to whoever asks for a ${ask}`, async () => {
      const { problem, gap, released, rows } = await misbehave(way, act, ask);
      assert.equal(problem.kind, 'fault', JSON.stringify(problem));
      assert.equal(faultOf(problem).kind, kind, JSON.stringify(problem));
      assert.ok(gap < 1000, `the page stood still for ${gap} ms`);
      assert.deepEqual([released, rows], [2000, 2]);
    });
  }
}

test('composed: a reason of 20 MB holds the whole plan, and cannot be shown', async () => {
  const { problem, released } = await misbehave('composed', 'huge-reason', 'explain');
  assert.deepEqual([problem.kind, faultOf(problem).kind, released], ['refused', 'oversize', 2000]);
  const plan = await browser.page.evaluate(async () => {
    const session = await window.simulator.open(window.hostile.composed, await window.bytes('/snapshot'));
    const draft = JSON.stringify({ ...JSON.parse(session.plainDraft), policy: { act: 'huge-reason' } });
    const plan = JSON.parse(new TextDecoder().decode(await session.plan(draft)));
    session.close();
    return { faults: plan.faults, releases: plan.releases };
  });
  assert.equal(plan.faults[0].kind, 'oversize');
  assert.deepEqual(plan.releases, []);
});

for (const act of ['too-few', 'too-many', 'no-such-rule', 'no-such-date']) {
  test(`an answer with ${act} is a fault of the view, and nothing goes`, async () => {
    const result = await browser.page.evaluate(async (act) => {
      const session = await window.simulator.open(window.hostile.composed, await window.bytes('/snapshot'));
      const draft = JSON.stringify({ ...JSON.parse(session.plainDraft), policy: { act } });
      const { result } = await session.view(draft);
      session.close();
      return result;
    }, act);
    assert.equal(result.fault?.kind, 'malformed');
    assert.equal(result.types.reduce((sum, type) => sum + type.released, 0), 0);
    assert.ok(result.holds.some((hold) => hold.gate === 'policy-fault'));
  });
}

const standard = component('standard');
const NO_POLICIES = [
  ['garbage', Buffer.from('not WebAssembly at all'), 'not-wasm'],
  ['nothing', Buffer.alloc(0), 'not-wasm'],
  ['a core module', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 'core-module'],
  ['a component with imports', readFileSync(join(root, 'target/simulator/engine.wasm')), 'imports'],
  ['an empty component', Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), 'exports'],
  ['half a policy', standard.subarray(0, standard.length / 2), 'broken'],
  ['a policy with a broken inside', broken(standard), 'broken'],
  ['33 MB', Buffer.alloc(33 << 20), 'too-large'],
];

/** The outermost sections stay as they are, so only the transpiler notices. */
function broken(bytes) {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 200, 400);
  return copy;
}

for (const [what, bytes, kind] of NO_POLICIES) {
  test(`${what} is no policy`, async () => {
    browser.serve('/file', bytes);
    const problem = await browser.page.evaluate(async () => {
      return await window.problem(window.simulator.loadPolicy('file.wasm', await window.bytes('/file')));
    });
    assert.equal(problem.kind, 'no-policy', JSON.stringify(problem));
    assert.equal(problem.problem.kind, kind, JSON.stringify(problem));
  });
}

test('imports are named', async () => {
  browser.serve('/file', readFileSync(join(root, 'target/simulator/engine.wasm')));
  const problem = await browser.page.evaluate(async () => {
    return await window.problem(window.simulator.loadPolicy('file.wasm', await window.bytes('/file')));
  });
  assert.deepEqual(problem.problem.names, ['steward:policy/policy@1.0.0', 'steward:policy/bulk@1.0.0']);
});

test('what is no snapshot is refused, and so are settings that are none', async () => {
  const problems = await browser.page.evaluate(async () => {
    const text = (text) => new TextEncoder().encode(text);
    const open = (file) => window.problem(window.simulator.open(window.standard, file));
    const session = await window.simulator.open(window.standard, await window.bytes('/snapshot'));
    return [
      await open(text('{}')),
      await open(text('{"format": 2}')),
      await open(Uint8Array.of(0xff)),
      await window.problem(session.view('{}')),
      await window.problem(session.view(JSON.stringify({ ...JSON.parse(session.draft), more: 1 }))),
      await window.problem(session.view(session.draft, 0.5)),
      await window.problem(session.view(JSON.stringify({ ...JSON.parse(session.draft), policy: { no: 1 } }))),
    ];
  });
  const tags = ['snapshot', 'snapshot', 'snapshot', 'draft', 'draft', 'question', 'settings'];
  assert.deepEqual(problems.map(({ refusal }) => refusal?.tag), tags, JSON.stringify(problems));
});

/** A worker as a policy would have it if it broke out of WebAssembly. */
test('code in a worker reaches neither the network nor the page', async () => {
  const before = browser.requests.length;
  const tried = await browser.page.evaluate(async () => {
    const source = `
      const attempts = {
        fetch: () => fetch('${location.origin}/stolen-by-fetch'),
        elsewhere: () => fetch('https://example.com/stolen'),
        import: () => import('${location.origin}/stolen-by-import'),
        importScripts: () => importScripts('${location.origin}/stolen-by-importScripts'),
        xhr: () => { const x = new XMLHttpRequest(); x.open('GET', '${location.origin}/stolen-by-xhr', false); x.send(); },
        socket: () => new Promise((resolve, reject) => {
          const socket = new WebSocket('${location.origin.replace('http', 'ws')}/stolen-by-socket');
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
        events: () => new Promise((resolve, reject) => {
          const source = new EventSource('${location.origin}/stolen-by-events');
          source.onopen = resolve;
          source.onerror = reject;
        }),
        worker: () => new Promise((resolve, reject) => {
          const worker = new Worker('${location.origin}/stolen-by-worker');
          worker.onerror = reject;
          worker.onmessage = resolve;
        }),
        evaluate: () => (0, eval)('1'),
        database: () => new Promise((resolve, reject) => {
          const request = indexedDB.open('steward');
          request.onsuccess = resolve;
          request.onerror = reject;
        }),
        cache: () => caches.open('steward'),
        beacon: () => { if (!navigator.sendBeacon) throw new Error('none'); navigator.sendBeacon('${location.origin}/stolen-by-beacon'); },
      };
      onmessage = async (event) => {
        const results = { origin: self.origin };
        for (const [name, attempt] of Object.entries(attempts)) {
          try { await attempt(); results[name] = 'worked'; } catch { results[name] = 'refused'; }
        }
        event.ports[0].postMessage(results);
      };`;
    const frame = document.querySelector('iframe');
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    frame.contentWindow.postMessage({ kind: 'start', worker: 1e6, source }, '*', [port2]);
    return await answer;
  });
  const { origin, ...results } = tried;
  assert.equal(origin, 'null');
  assert.deepEqual([...new Set(Object.values(results))], ['refused'], JSON.stringify(results));
  assert.deepEqual(browser.requests.slice(before).filter((path) => path.includes('stolen')), []);
});

test('the page itself may not load code from elsewhere or run texts as code', async () => {
  const results = await browser.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.wasRun = true';
    document.body.append(script);
    const refused = async (attempt) => {
      try {
        await attempt();
        return false;
      } catch {
        return true;
      }
    };
    return [window.wasRun === undefined, await refused(() => fetch('https://example.com/'))];
  });
  assert.deepEqual(results, [true, true]);
});

test('newer requests supersede older ones, and important ones go first', async () => {
  const order = await browser.page.evaluate(async () => {
    const session = await window.simulator.open(window.standard, await window.bytes('/snapshot'));
    const done = [];
    const note = (name, promise) => promise.then(
      () => done.push(name),
      (error) => done.push(`${name} ${error.problem?.kind}`),
    );
    const sweep = note('sweep', session.sweep({ draft: session.draft, pointers: ['/licenseType/analyzer/releaseThresholdDays'] }));
    const views = [1, 2, 3].map((number) => note(`view ${number}`, session.view(session.draft)));
    await Promise.all([sweep, ...views]);
    const old = await session.view(session.draft);
    await session.view(session.draft);
    await note('row of an old view', old.rows([0]));
    session.close();
    await note('closed', session.view(session.draft));
    return done;
  });
  assert.deepEqual(order, [
    'view 1 superseded',
    'view 2 superseded',
    'view 3',
    'sweep',
    'row of an old view superseded',
    'closed closed',
  ]);
});

test('nothing went wrong in the page meanwhile', () => assert.deepEqual(browser.problems, []));
