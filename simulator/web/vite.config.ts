import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { PAGE_CSP } from './src/engine/csp.js';

/** Puts the page's Content-Security-Policy into the built `index.html`; the development server needs more freedom. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'steward:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_CSP }, injectTo: 'head-prepend' },
    ],
  };
}

export default defineConfig({
  plugins: [svelte(), contentSecurityPolicy()],
  // Relative addresses, so that the same files work below any path.
  base: './',
  build: {
    // From there the program takes it.
    outDir: '../../target/web/dist',
    emptyOutDir: true,
    // The first ones with `light-dark()`.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
