// `steward demo` with its console: an invented site, its past, and somebody of each role.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './harness.mjs';
import { serve } from './server.mjs';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Slow machines that build something else meanwhile. */
export const TIMEOUT_MS = Number(process.env.TIMEOUT_MS ?? 60_000);
/** Three months are lived first. */
const START_MS = 240_000;
const KEY = 'steward.token';

export async function openDemo() {
  const program = process.env.STEWARD ?? join(root, 'target/debug/steward');
  if (!existsSync(program)) throw new Error(`there is no \`${program}\`: build it, or set STEWARD`);
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  const folder = mkdtempSync(join(tmpdir(), 'steward-console-'));
  const settings = join(folder, 'steward.yaml');
  const { child, link } = await start(program, folder);
  const daemon = new URL(link).origin;
  const tokens = { operator: token(program, 'anna', 'operator'), viewer: token(program, 'vera', 'viewer') };
  edit(settings, (text) => text.replace(/^ {2}http:$/m, (line) => `${line}\n    tokens:\n${tokens.operator.lines}${tokens.viewer.lines}`.trimEnd()));
  await until(async () => (await fetch(`${daemon}/api/v1/who`, as(tokens.viewer.token))).ok, 'the daemon takes the tokens');
  // The pages that are inside the program, or those of the last build of them.
  const isBuilt = process.env.PAGES === 'built';
  const site = isBuilt ? await serve(join(root, 'target/web/dist'), { daemon }) : { address: daemon, close: () => {} };
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const problems = [];

  /** A page on which somebody of that role is signed in; without a role nobody is. */
  async function open({ role, fragment = '#/console', ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', acceptDownloads: true, ...options });
    if (role !== undefined) await context.addInitScript(([key, value]) => sessionStorage.setItem(key, value), [KEY, tokens[role].token]);
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      // Refusals of the daemon are part of the tests, and so is its end.
      const isAnswer = message.location().url?.includes('/api/v1/');
      if (message.type() === 'error' && !isAnswer) problems.push(message.text());
    });
    page.on('dialog', (dialog) => {
      problems.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(`${site.address}/${fragment}`);
    return page;
  }

  return {
    address: site.address,
    problems,
    open,
    /** The sign-in link, as if the page came from the daemon itself. */
    link: `${site.address}/${new URL(link).hash}`,
    ask: async (path) => (await fetch(`${daemon}/api/v1/${path}`, as(tokens.operator.token))).json(),
    editSettings: (change) => edit(settings, change),
    endDaemon: () => end(child),
    async close() {
      await browser.close();
      site.close();
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const as = (token) => ({ headers: { authorization: `Bearer ${token}` } });

function start(program, folder) {
  const child = spawn(program, ['demo', '--keep', '--dir', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve, reject) => {
    let said = '';
    const limit = setTimeout(() => {
      child.kill('SIGTERM');
      reject(new Error(`the demo does not start: ${said}`));
    }, START_MS);
    const hear = (bytes) => {
      said += bytes;
      const link = /https?:\/\/\S+#sign-in=\S+/.exec(said)?.[0];
      if (link === undefined) return;
      clearTimeout(limit);
      resolve({ child, link });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`the demo ended with ${code}: ${said}`)));
  });
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** A token, with its lines for the settings file. */
function token(program, name, role) {
  const said = execFileSync(program, ['token', 'new', '--name', name, '--role', role], { encoding: 'utf8' });
  const [, hash] = /hash: (\S+)/.exec(said) ?? [];
  const [made] = /steward_\S+/.exec(said) ?? [];
  return { token: made, lines: `      - { name: ${name}, role: ${role}, hash: "${hash}" }\n` };
}

function edit(path, change) {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

/** Waits for a state, never for a time. */
export async function until(holds, what) {
  const limit = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`it never came about that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
