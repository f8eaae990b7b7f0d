// The built static site in a real Chromium, with the network cut: whatever is not this site fails and is remembered.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './harness.mjs';
import { serve } from './server.mjs';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Slow machines that build something else meanwhile. */
export const TIMEOUT_MS = 60_000;

export async function openSite() {
  const folder = join(root, 'target/web/dist');
  if (!existsSync(join(folder, 'index.html'))) throw new Error('there is no `target/web/dist`: run `npm run build`');
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('there is no Chromium: install Debian’s `chromium`, or set CHROMIUM');
  const site = await serve(folder);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const foreign = [];
  const problems = [];

  /** A page on which the first results are there. */
  async function open({ fragment = '', ...options } = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
    await context.route('**', (route) => {
      const address = route.request().url();
      if (address.startsWith(site.address)) return route.continue();
      foreign.push(address);
      return route.abort();
    });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      // Whether there is a daemon is found out by asking.
      const isQuestion = message.location().url?.includes('/api/v1/');
      if (message.type() === 'error' && !isQuestion) problems.push(message.text());
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
    foreign,
    problems,
    open,
    async openSimulator(options) {
      const page = await open(options);
      await settled(page);
      return page;
    },
    async close() {
      await browser.close();
      site.close();
    },
  };
}

/** The numbers belong to the newest question. */
export async function settled(page) {
  await page.locator('.headline').waitFor();
  await page.locator('.results[aria-busy=false]').waitFor();
  await page.locator('.answer:not(.stale)').waitFor();
}

/** A number of the headline, by its words. */
export async function headline(page, words) {
  const text = await page.locator('.headline dl > div', { hasText: words }).locator('dd').textContent();
  return Number(text.replaceAll(',', ''));
}
