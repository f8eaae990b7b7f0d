// Serves a folder on this machine, as a plain file server would, with the headers of the daemon. With a daemon behind it,
// its API is here too: the page then comes from `dist`, and not from what the daemon had inside when it was built.

import { readFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const OF_DAEMON = /^\/(api|readyz|livez|metrics)\b/;

/** Resolves with the address and a function that ends it. `daemon` is an address such as `http://127.0.0.1:8642`. */
export function serve(folder, { headers = {}, daemon, port = 0 } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (daemon !== undefined && OF_DAEMON.test(pathname)) return pass(daemon, request, response);
    const path = normalize(decodeURIComponent(pathname)).replace(/\/$/, '/index.html');
    readFile(join(folder, path)).then(
      (bytes) => {
        response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', ...headers });
        response.end(bytes);
      },
      () => {
        response.writeHead(404, { 'content-type': 'text/plain' });
        response.end('not found');
      },
    );
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address();
      const close = () => {
        server.closeAllConnections();
        server.close();
      };
      resolve({ address: `http://127.0.0.1:${taken}`, close });
    });
  });
}

/** The daemon answers only under its own name, and only to pages of its own. */
function pass(daemon, request, response) {
  const { host, origin } = new URL(daemon);
  const headers = { ...request.headers, host, ...(request.headers.origin === undefined ? {} : { origin }) };
  const onward = ask(new URL(request.url, daemon), { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
}
