import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { CONTENT_SECURITY_POLICY_OF_PAGE } from './src/csp.js';

/** Puts the policy of the page into the built `index.html`; the development server needs more freedom. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'steward:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY_OF_PAGE },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig(({ mode }) => ({
  // The site may stand in any folder.
  base: './',
  plugins: [svelte(), contentSecurityPolicy()],
  // `--mode fake` works on the page without the engine's files.
  resolve: mode === 'fake' ? { alias: [{ find: /^.*\/engine\/client\.js$/, replacement: path('./test/fake/client.ts') }] } : {},
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: mode === 'fake' ? 'dist-fake' : 'dist',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
}));
