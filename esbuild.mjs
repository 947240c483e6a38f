// Builds the extension into dist/ (default), or every test bundle into out/ (--tests).
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { build, context, transform } from 'esbuild';
import { noticesOf, packageFolderOf } from './notices.mjs';
import { countSteps, stepsBanner } from './steps.mjs';

const isWatching = process.argv.includes('--watch');
const minify = !process.argv.includes('--dev') && !isWatching;
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: minify ? false : 'linked',
  metafile: true,
  logLevel: 'warning',
};

/** Test libraries stay outside the bundles; `vscode` is not among them, so that a leak into core/ fails the build. */
const externals = [
  'mocha',
  '@vscode/l10n-dev',
  'eslint',
  '@gitbeaker/rest',
  'ajv',
  'graphql',
  'fast-check',
  'selfsigned',
  'yazl',
  'gifenc',
  'pngjs',
  'yaml',
  'yauzl',
  'esbuild',
  'playwright-core',
  '@sparticuz/chromium',
  '@vscode/test-electron',
];

/** Leaves out what packages bring along and nothing here uses. */
const leftOut = {
  name: 'left out',
  setup: ({ onResolve }) => {
    // The ES modules of yaml, of which only what is used gets into the bundle: none does anything when it is loaded.
    onResolve({ filter: /^yaml$/ }, () => pure('esbuild.yaml.mjs'));
    onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) =>
      packageFolderOf(importer)?.endsWith('/yaml') ? pure(join(resolveDir, path)) : undefined,
    );
    // The checksums that yauzl brings for a Node without those of zlib, which VS Code's never is.
    onResolve({ filter: /^\.\/crc32$/ }, () => ({ path: 'node:zlib', external: true }));
    // The forms and blobs of node-fetch, which are older than those of Node.
    onResolve({ filter: /^(fetch-blob|formdata-polyfill)(\/|$)|\/multipart-parser\.js$/ }, () => ({
      path: resolve('esbuild.forms.mjs'),
    }));
  },
};

function pure(file) {
  return { path: resolve(file), sideEffects: false };
}

/** Tests in whose bundles each step is counted. */
const countsSteps = ['turns.test.ts', 'fuzz.test.ts', 'hostile.pairs.test.ts'];

checkModules();
if (process.argv.includes('--tests')) await buildTests();
else if (isWatching) await watchExtension();
else await writeExtension(await build(extension()));

/** Options of the extension's bundle. */
function extension() {
  return {
    ...shared,
    entryPoints: ['src/extension.ts'],
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    external: ['vscode'],
    plugins: [leftOut],
    minify,
    sourcemap: isWatching ? 'inline' : false,
    write: false,
  };
}

/**
 * esbuild splits chunks only as ES modules, and VS Code loads CommonJS quickest: so split first, then turn each chunk
 * into CommonJS, where `import()` of a chunk becomes a lazy `require`. dist/extension.js is what activation costs.
 */
async function writeExtension({ outputFiles, metafile }) {
  const files = new Map([['meta.json', JSON.stringify(metafile)]]);
  for (const file of outputFiles) {
    const { code } = await transform(file.text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      supported: { 'dynamic-import': false },
      minify,
      sourcemap: isWatching ? 'inline' : false,
    });
    files.set(basename(file.path), code);
  }
  mkdirSync('dist', { recursive: true });
  for (const name of readdirSync('dist')) if (!files.has(name)) rmSync(join('dist', name), { recursive: true });
  for (const [name, text] of files) writeIfChanged(join('dist', name), text);
  writeIfChanged('THIRD_PARTY_NOTICES', noticesOf(Object.keys(metafile.inputs)));
}

/** Leaves a file alone that is right already: a VS Code of another test may be reading it. */
function writeIfChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Prints a line at the beginning and at the end of each build, which .vscode/tasks.json waits for. */
async function watchExtension() {
  const onEnd = async (result) => {
    if (result.errors.length === 0)
      await writeExtension(result).catch((error) => console.error(`✘ [ERROR] ${error.message}`));
    console.log('Built.');
  };
  const plugin = {
    name: 'write',
    setup: (watched) => {
      watched.onStart(() => console.log('Building …'));
      watched.onEnd(onEnd);
    },
  };
  const options = extension();
  await (await context({ ...options, plugins: [...options.plugins, plugin] })).watch();
}

async function buildTests() {
  rmSync('out', { recursive: true, force: true });
  const esm = {
    ...shared,
    minify: false,
    sourcemap: 'linked',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    splitting: true,
  };
  const all = filesBelow('test').filter((file) => file.endsWith('.test.ts'));
  const counting = all.filter((file) => countsSteps.includes(basename(file)));
  const tests = all.filter((file) => !counting.includes(file));
  const of = (...folders) =>
    tests.filter((file) => folders.some((folder) => file.startsWith(join('test', folder) + sep)));
  const programs = ['test/run.ts', ...filesBelow('test').filter((file) => /\.(main|bench)\.ts$/.test(file))];
  await build({
    ...esm,
    entryPoints: [...of('core', 'gitlab', 'vscode', 'wire', 'wire-oldest', 'e2e'), ...programs.filter(exists)],
    outdir: 'out/test',
    outbase: 'test',
    external: externals,
  });
  await build({
    ...esm,
    entryPoints: [...of('ui'), ...filesBelow('test').filter((file) => file.endsWith('.shell.ts'))],
    outdir: 'out/test',
    outbase: 'test',
    external: externals,
    alias: { vscode: './test/ui/vscode.ts' },
  });
  await build({
    ...esm,
    entryPoints: counting,
    outdir: 'out/test',
    outbase: 'test',
    chunkNames: 'steps-[hash]',
    external: externals.filter((name) => name !== 'yaml' && name !== 'yauzl'),
    alias: { vscode: './test/ui/vscode.ts' },
    banner: { js: stepsBanner },
    plugins: [countSteps],
  });
  await build({
    ...shared,
    minify: false,
    sourcemap: 'linked',
    entryPoints: ['test/integration/index.ts'].filter(exists),
    outdir: 'out/test/integration',
    format: 'cjs',
    external: [...externals, 'vscode'],
  });
}

/** Throws when our own modules import each other in a circle, types included, or two files in src/ have one name. */
function checkModules() {
  const files = ['src', 'test'].flatMap(filesBelow).filter((file) => file.endsWith('.ts'));
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set();
  const visit = (file, path) => {
    if (path.includes(file)) throw new Error(`Import cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  const places = new Map();
  for (const file of files.filter((file) => file.startsWith('src'))) {
    const name = basename(file);
    if (places.has(name)) throw new Error(`Two files are called ${name}: ${places.get(name)}, ${file}`);
    places.set(name, file);
  }
}

/** The files below src/ and test/ that a file names in its imports and exports, types included. */
function importsOf(file) {
  const specifiers = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export|\}) [^;]*?from '(\.[^']+)';$|import\('(\.[^']+)'\)/gm,
  );
  return [...specifiers].map(([, named, lazy]) => `${join(dirname(file), named ?? lazy)}.ts`).filter(exists);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
}

function exists(file) {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
