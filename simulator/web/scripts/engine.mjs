// Builds what the page loads of the engine into `public/engine`: the engine and the shipped policies as JavaScript, the
// transpiler, the worker, the sandbox frame, and a list of all of it.
//
// Needs `target/simulator/engine.wasm` and `target/policies`, which `cargo xtask web` builds before it calls this.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { $init, generate } from '@bytecodealliance/jco-transpile/component';
import { build } from 'esbuild';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = join(web, '../../target');
const out = join(web, 'public/engine');
const SHIPPED = ['standard', 'need-based', 'leavers-first'];

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

function write(name, bytes) {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return { file: name, version: sha256(bytes).toString('hex').slice(0, 16) };
}

/** By its digest: the engine's modules are a part of several components. */
const writeModule = (bytes) => write(`modules/${sha256(bytes).toString('hex').slice(0, 16)}.wasm`, bytes);

/** Code of ours for the browser, as one file. */
async function bundle(entry, format, options = {}) {
  const built = await build({
    entryPoints: [join(web, entry)],
    bundle: true,
    write: false,
    format,
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    minify: true,
    logLevel: 'error',
    ...options,
  });
  return built.outputFiles[0].contents;
}

/** A component as glue and core modules. */
function transpiled(folder, component, options) {
  const { files, imports } = generate(component, options);
  const glue = files.find(([name]) => name === `${options.name}.js`)[1];
  const modules = files.filter(([name]) => name.endsWith('.wasm'));
  return {
    imports,
    part: {
      glue: write(`${folder}/${options.name}.js`, glue),
      modules: modules.map(([name, bytes]) => ({ name, ...writeModule(bytes) })),
    },
  };
}

const component = join(target, 'simulator/engine.wasm');
if (!existsSync(component)) {
  console.error('there is no `target/simulator/engine.wasm`: run `cargo xtask web`');
  process.exit(1);
}
rmSync(out, { recursive: true, force: true });
await $init;

// The very code and options with which a dropped file is transpiled in the browser.
const shared = await bundle('src/engine/worker/transpile.ts', 'esm', { minify: false });
const { OPTIONS, COMPOSED_OPTIONS } = await import(`data:text/javascript;base64,${Buffer.from(shared).toString('base64')}`);

const composing = await bundle('src/engine/compose.ts', 'esm', { minify: false });
const { compose } = await import(`data:text/javascript;base64,${Buffer.from(composing).toString('base64')}`);

const engineBytes = readFileSync(component);
const engine = transpiled('core', engineBytes, { ...OPTIONS, name: 'engine' });
const foreign = engine.imports.filter((name) => !name.startsWith('steward:policy/'));
if (foreign.length > 0) throw new Error(`the engine imports ${foreign.join(', ')}`);

const vendor = join(web, 'node_modules/@bytecodealliance/jco-transpile/vendor');
const transpilerGlue = await bundle('node_modules/@bytecodealliance/jco-transpile/vendor/js-component-bindgen-component.js', 'esm', {
  // Its modules are handed over; the address only has to be one.
  define: { 'import.meta.url': '"https://transpiler.invalid/"', process: 'undefined' },
  conditions: ['browser', 'import', 'default'],
  external: ['node:*', 'fs/promises'],
});
const transpilerModules = ['js-component-bindgen-component.core.wasm', 'js-component-bindgen-component.core2.wasm'];

const sandboxScript = `\n${readFileSync(join(web, 'src/engine/sandbox-frame.js'), 'utf8')}`;
const cspModule = await bundle('src/engine/csp.ts', 'esm', { minify: false });
const csp = await import(`data:text/javascript;base64,${Buffer.from(cspModule).toString('base64')}`);
const sandboxCsp = csp.sandboxCsp(sha256(sandboxScript).toString('base64'));
const sandbox = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${sandboxCsp}">
<title>Sandbox of the simulator</title>
</head>
<body><script>${sandboxScript}</script></body>
</html>
`;

const manifest = {
  engine: { ...engine.part, component: write('core/engine.wasm', engineBytes) },
  worker: write('worker.js', await bundle('src/engine/worker/main.ts', 'iife')),
  transpiler: {
    glue: write('transpiler/transpiler.js', transpilerGlue),
    modules: transpilerModules.map((name) => ({ name, ...write(`transpiler/${name}`, readFileSync(join(vendor, name))) })),
  },
  sandbox: write('sandbox.html', sandbox),
  policies: SHIPPED.map((name) => {
    const bytes = readFileSync(join(target, 'policies', `${name}.wasm`));
    const { part, imports } = transpiled(`policies/${name}`, bytes, OPTIONS);
    if (imports.length > 0) throw new Error(`${name} imports ${imports.join(', ')}`);
    const whole = transpiled(`policies/${name}/composed`, compose(engineBytes, bytes), COMPOSED_OPTIONS);
    if (whole.imports.length > 0) throw new Error(`${name} with the engine imports ${whole.imports.join(', ')}`);
    const own = new Set(engine.part.modules.map(({ file }) => file));
    const engineModules = whole.part.modules.filter(({ file }) => own.has(file)).map((module) => module.name);
    const composed = { ...whole.part, engineModules };
    return { name, digest: `sha256:${sha256(bytes).toString('hex')}`, component: write(`policies/${name}.wasm`, bytes), part, composed };
  }),
};
write('csp.json', `${JSON.stringify({ page: csp.PAGE_CSP, sandbox: sandboxCsp }, null, 2)}\n`);
write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
