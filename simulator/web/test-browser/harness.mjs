// A real Chromium with the engine in a page, served with the Content-Security-Policies that the page will have.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

export const web = join(dirname(fileURLToPath(import.meta.url)), '..');
export const root = join(web, '../..');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
/** Debian's, and what others call it. */
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const PAGE = '<!doctype html><title>test</title><body><script type="module" src="/test.js"></script></body>';

/** A page with `window.engine`, everything that `client.ts` exports. `requests` has every address that was asked for. */
export async function openPage() {
  const csp = JSON.parse(readFileSync(join(web, 'public/engine/csp.json'), 'utf8'));
  const bundled = await build({
    stdin: { contents: "import * as engine from './src/engine/client.ts'; window.engine = engine;", resolveDir: web },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  });
  const requests = [];
  const files = new Map([
    ['/', { body: PAGE, type: TYPES['.html'] }],
    ['/test.js', { body: bundled.outputFiles[0].contents, type: TYPES['.js'] }],
  ]);
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://localhost').pathname);
    requests.push(path);
    const known = files.get(path);
    const file = join(web, 'public', path);
    if (known === undefined && !(path.startsWith('/engine/') && existsSync(file))) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', known?.type ?? TYPES[extname(path)] ?? 'text/plain');
    response.setHeader('content-security-policy', path === '/engine/sandbox.html' ? csp.sandbox : csp.page);
    response.end(known?.body ?? readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('there is no Chromium: install Debian’s `chromium`, or set CHROMIUM');
  // Inside a container there are no user namespaces for Chromium's own sandbox, least of all for root.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.engine !== undefined);
  return {
    page,
    requests,
    problems,
    /** Puts bytes where the page can fetch them. */
    serve: (path, body, type = 'application/octet-stream') => void files.set(path, { body, type }),
    close: async () => {
      await browser.close();
      server.close();
    },
  };
}

/** Functions for `page.evaluate`, which cannot close over anything. */
export const inPage = {
  async start() {
    window.bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
    window.problem = async (promise) => {
      try {
        await promise;
        return 'no problem';
      } catch (error) {
        return error.problem ?? String(error);
      }
    };
    window.simulator = await window.engine.createSimulator();
    return window.simulator.shipped;
  },
};

export const component = (name) => readFileSync(join(root, 'target/policies', `${name}.wasm`));
