/** Keeps V8's form of the bundles, taken after each has done what most runs need of it; the last part of the build. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Piscinas from 'piscina';
import { type Bundle, bundle } from '../../runners/compiled.ts';
import type { Job, Language, LoadRunner } from '../../runners/contract.ts';
import { deliver, emptyLetter } from '../../runners/setup-letter.ts';
import type * as HeadStarts from '../head-start.ts';
import type * as Program from './program.ts';

/** What any run goes through: steps that print, wait for one another and hand something on. In the one language that sets no flag. */
const WORKFLOW = `workflow = { steps = {
  first = { language = "shell", code = "echo x" },
  second = { language = "shell", code = "parse_input first", depends_on = { "first" } },
} }
`;

const STEPS: readonly (readonly [Language, string])[] = [
  ['javascript', 'export default (inputs) => { console.log("x"); return { n: inputs.first.n }; }'],
  ['lua', 'print("x") return { n = inputs.first.n }'],
  ['shell', ''],
];

const RUNNERS = join(__dirname, '../../runners');

void main();

async function main(): Promise<void> {
  // V8's flags are part of its forms, so nothing that sets one may have run before.
  for (const [language, code] of STEPS) await compileRunner(language, code);
  await compilePiscina();
  compileProgram();
}

async function compileRunner(language: Language, code: string): Promise<void> {
  const bundled = bundle<{ load: LoadRunner }>(join(RUNNERS, language, 'index.cjs'));
  const { load } = bundled.load();
  const kind = { language, runtime: 'embedded', isolation: 'thread' } as const;
  const runner = await load({ ...kind, cacheDir: '', wasi: false, ownsProcess: false });
  if (code !== '') {
    const outcome = await runner.run(jobOf(kind, code), {
      print: () => undefined,
      stopped: new AbortController().signal,
    });
    if (!outcome.ok) throw new Error(`Internal error: ${JSON.stringify(outcome.failure)}`);
  }
  keep(bundled);
}

async function compilePiscina(): Promise<void> {
  const library = bundle<typeof Piscinas>(createRequire(__filename).resolve('#piscina'));
  const { Piscina } = library.load();
  const letter = emptyLetter();
  deliver(letter, { language: 'lua', runtime: 'embedded', cacheDir: '', wasi: false, ownsProcess: false });
  const pool = new Piscina({ filename: join(RUNNERS, 'worker.cjs'), minThreads: 1, workerData: letter });
  await pool.run(undefined);
  await pool.destroy();
  keep(library);
}

function jobOf(kind: Pick<Job, 'language' | 'runtime' | 'isolation'>, code: string): Job {
  return {
    ...kind,
    run: '',
    step: 'first',
    attempt: 1,
    script: { kind: 'code', code, origin: { file: '', line: 1, verbatim: true } },
    inputs: new Map([['first', Buffer.from('{"n":1}')]]),
    env: {},
    cwd: '',
    workdir: '',
    tmp: '',
    packages: [],
    cacheDir: '',
    limits: { output: 2 ** 20 },
  };
}

function compileProgram(): void {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-compile-'));
  writeFileSync(join(directory, 'workflow.lua'), WORKFLOW);
  process.chdir(directory);
  const early = bundle<typeof HeadStarts>(join(__dirname, '../head-start.cjs'));
  const program = bundle<typeof Program>(join(__dirname, 'program.cjs'));
  process.on('exit', () => {
    process.chdir('/');
    rmSync(directory, { recursive: true });
    if (process.exitCode !== 0) return;
    keep(early);
    keep(program);
  });
  program.load().program(['workflow.lua', '--quiet'], early.load().headStart());
}

function keep<T>(bundled: Bundle<T>): void {
  writeFileSync(bundled.cache, bundled.compiled());
}
