// What the page may do, as a Content-Security-Policy: run its own files, and ask its own origin.
//
// The daemon sends it as a header; the static site carries it in a `meta` element, which cannot say `frame-ancestors`.

const DIRECTIVES = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
] as const;

/** For a header. */
export const CONTENT_SECURITY_POLICY = [...DIRECTIVES, "frame-ancestors 'none'"].join('; ');

/** For a `meta` element. */
export const CONTENT_SECURITY_POLICY_OF_PAGE = DIRECTIVES.join('; ');
