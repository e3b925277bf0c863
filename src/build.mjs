/** Bundles what runs into dist/: the library, the command, and what threads and processes load. */
import { build } from 'esbuild';
import { copyFileSync, writeFileSync } from 'node:fs';

const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  outdir: 'dist',
  outbase: '.',
};

/** What several entries share is a file of its own. */
const LIBRARY = { ...COMMON, format: 'esm', splitting: true, chunkNames: 'chunks/[name]-[hash]' };

/** Each entry is one file, which loads in a third of the time and can be kept in the form into which V8 compiles it. */
const WHOLE = {
  ...COMMON,
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '__moduleUrl' },
  banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
};

/** Loaded from where they are installed. */
const PACKAGES = [
  '@cfworker/json-schema',
  '@iarna/toml',
  'fengari',
  'ffi-rs',
  'json-p3',
  'libsql',
  'nodemailer',
  'papaparse',
  'piscina',
  'pyodide',
  'toml-eslint-parser',
  'wasmoon',
  'yaml',
];

/** The variants that nothing uses would be most of the bundle. */
const QUICKJS = Object.fromEntries(
  ['debug-sync', 'debug-asyncify', 'release-asyncify'].map((variant) => [
    `@jitl/quickjs-wasmfile-${variant}`,
    '@jitl/quickjs-wasmfile-release-sync',
  ]),
);

await Promise.all([
  build({
    ...LIBRARY,
    entryPoints: ['src/index.ts', 'src/parse/index.ts', 'src/parse/lua/thread.ts', 'runners/process/launch.ts'],
    packages: 'external',
  }),
  build({
    ...LIBRARY,
    entryPoints: [
      'runners/action/index.ts',
      'runners/grants/porter.ts',
      'runners/native/index.ts',
      'runners/native/javascript.ts',
      'runners/python/index.ts',
      'runners/python/prepare.ts',
      'runners/slot/index.ts',
      'runners/wasm/index.ts',
    ],
    external: PACKAGES,
  }),
  build({
    ...WHOLE,
    entryPoints: [
      'src/cli/program.ts',
      'src/head-start.ts',
      'runners/javascript/index.ts',
      'runners/javascript/prepare.ts',
      'runners/lua/index.ts',
      'runners/shell/index.ts',
    ],
    external: PACKAGES,
    alias: QUICKJS,
  }),
  // These load ES modules too, or start too rarely for V8's form of them to matter.
  build({
    ...WHOLE,
    entryPoints: [
      'src/cli/main.ts',
      'src/cli/shared-memory.ts',
      'src/cli/compile.ts',
      'runners/process/spawner.ts',
      'runners/worker.ts',
    ],
    external: PACKAGES,
    supported: {},
  }),
  build({
    ...COMMON,
    outbase: 'node_modules/piscina/dist',
    outdir: 'dist/piscina',
    format: 'cjs',
    entryPoints: ['node_modules/piscina/dist/main.js', 'node_modules/piscina/dist/worker.js'],
    external: ['@napi-rs/nice'],
  }),
  build({
    ...COMMON,
    outbase: 'node_modules/@marcbachmann/cel-js/lib',
    outdir: 'dist/cel',
    format: 'cjs',
    entryPoints: ['node_modules/@marcbachmann/cel-js/lib/index.js'],
    // Less than half the size.
    minify: true,
    legalComments: 'none',
  }),
]);
writeFileSync('dist/cel/package.json', '{"type":"commonjs"}');
copyFileSync('node_modules/@marcbachmann/cel-js/LICENSE', 'dist/cel/LICENSE');
writeFileSync('dist/piscina/package.json', '{"type":"commonjs"}');
copyFileSync('node_modules/piscina/LICENSE', 'dist/piscina/LICENSE');
