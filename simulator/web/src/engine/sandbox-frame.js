// Runs in the sandbox frame: starts and ends workers on behalf of the page. It looks at nothing that they say.
//
// The frame has an origin of its own and a Content-Security-Policy without any network, and workers made here from a
// blob inherit both. The build puts this text into `sandbox.html` and its digest into the policy.
(() => {
  'use strict';
  const workers = new Map();
  const tell = (notice) => parent.postMessage(notice, '*');
  addEventListener('message', (event) => {
    if (event.source !== parent) return;
    const { kind, worker: name, source } = event.data;
    if (kind === 'start') {
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const worker = new Worker(url);
      URL.revokeObjectURL(url);
      worker.onerror = (problem) => {
        problem.preventDefault();
        tell({ kind: 'died', worker: name, detail: String(problem.message ?? 'the worker stopped') });
      };
      worker.postMessage(null, [event.ports[0]]);
      workers.set(name, worker);
    } else if (kind === 'stop') {
      workers.get(name)?.terminate();
      workers.delete(name);
    }
  });
  tell({ kind: 'ready' });
})();
