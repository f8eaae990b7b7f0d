// The two Content-Security-Policies, written down once: for the page, and for the frame in which policies run.
//
// Nothing leaves the browser: the page may talk to the server that it came from, and to nobody else; the frame and its
// workers may talk to nobody at all. `npm run engine` writes both into `public/engine/csp.json` for whoever serves them.

/** The page. It runs no WebAssembly and starts no workers itself. */
export const PAGE_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

/**
 * The sandbox frame. `scriptDigest` is the base64 SHA-256 of its only script. Workers from blobs inherit this policy:
 * they may load code from blobs that they made themselves, and nothing from anywhere.
 */
export function sandboxCsp(scriptDigest: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${scriptDigest}' blob: 'wasm-unsafe-eval'`,
    'worker-src blob:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
}
