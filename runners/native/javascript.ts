/** The program that runs a JavaScript step on the host's own Node; its only argument is the path of the request. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import vm from 'node:vm';
import type { StepFailure } from '../contract.ts';
import { definesNoRun, positionAt } from '../failures.ts';
import { markBigIntegers } from '../javascript/big-integers.ts';
import { createTables } from '../javascript/guest/tables.ts';
import { createKinds, type Kinds } from '../javascript/guest/kinds.ts';
import { encode } from '../value.ts';
import { nodeKindsHost } from './kinds-host.ts';
import type { NativeRequest } from './request.ts';

const MODULE_WORDS = /\b(?:export|import|await)\b/;
const OWN_RUN = /\b(?:function\s*\*?|const|let|var|class)\s+run\b/;

async function main(): Promise<void> {
  const request: NativeRequest = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
  process.argv.splice(1);
  const exit = process.exit.bind(process);
  const answer = (status: object, text: Uint8Array = new Uint8Array()): void => {
    writeFileSync(request.answer, Buffer.concat([Buffer.from(`${JSON.stringify(status)}\n`), text]));
  };
  // What an event handler throws fails the step, and so does a promise that nobody awaits.
  process.on('uncaughtException', (error) => {
    answer({ ok: false, failure: threw(error, request) });
    exit(0);
  });
  const tables = createTables();
  const kinds = createKinds(nodeKindsHost(request.workdir, request.directory), tables);
  const inputs = readInputs(readFileSync(request.inputs, 'utf8'), request.mark, kinds);
  Object.assign(globalThis, { inputs, hwfe: kinds.hwfe, require: createRequire(join(process.cwd(), 'step.js')) });
  try {
    const run = await evaluate(request);
    const output: unknown = await (Object.keys(inputs).length > 0 ? run(inputs) : run());
    const encoded = encode(output, { tables });
    if (encoded.ok) answer({ ok: true, warnings: encoded.warnings }, Uint8Array.from(encoded.value));
    else
      answer({
        ok: false,
        failure: { reason: 'output-invalid', message: encoded.message, position: positionAt(request, 1) },
      });
  } catch (error) {
    answer({ ok: false, failure: error instanceof NotRunnable ? error.failure : threw(error, request) });
  }
  exit(0);
}

class NotRunnable extends Error {
  readonly failure: StepFailure;
  constructor(failure: StepFailure) {
    super();
    this.failure = failure;
  }
}

type Run = (...args: unknown[]) => unknown;

/** The code as a script; if it cannot be one but may be a module, as that. */
async function evaluate(request: NativeRequest): Promise<Run> {
  const options = { filename: request.file, lineOffset: request.verbatim ? request.line - 1 : 0 };
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  let script: vm.Script;
  try {
    script = new vm.Script(request.code, { ...options, importModuleDynamically });
  } catch (error) {
    if (!MODULE_WORDS.test(request.code)) throw notRunnable(error, request);
    return evaluateModule(request, options);
  }
  script.runInThisContext();
  // A `const run` is no property of the global object, but seen by every later script.
  const run: unknown = vm.runInThisContext('typeof run === "undefined" ? undefined : run');
  if (typeof run === 'function') return run as Run;
  throw new NotRunnable(definesNoRun(request.step, request));
}

async function evaluateModule(request: NativeRequest, options: { filename: string; lineOffset: number }): Promise<Run> {
  const code = OWN_RUN.test(request.code) ? `${request.code}\nexport { run as hwfe_run };` : request.code;
  const load = async (specifier: string): Promise<object> => import(located(specifier));
  let module: vm.SourceTextModule;
  try {
    module = new vm.SourceTextModule(code, {
      ...options,
      identifier: request.file,
      importModuleDynamically: (specifier: string) => load(specifier) as Promise<vm.Module>,
    });
  } catch (error) {
    throw notRunnable(error, request);
  }
  await module.link(async (specifier) => {
    const namespace = await load(specifier).catch((error: unknown) => {
      throw notFound(specifier, error, request);
    });
    const names = Object.keys(namespace);
    return new vm.SyntheticModule(names, function () {
      for (const name of names) this.setExport(name, Reflect.get(namespace, name));
    });
  });
  await module.evaluate();
  const { default: exported, hwfe_run: declared } = module.namespace as { default?: unknown; hwfe_run?: unknown };
  const run = typeof exported === 'function' ? exported : declared;
  if (typeof run === 'function') return run as Run;
  throw new NotRunnable(definesNoRun(request.step, request));
}

/** Packages and files are found from the step's working directory. */
function located(specifier: string): string {
  if (/^(?:node|data|file):/.test(specifier)) return specifier;
  const found = createRequire(join(process.cwd(), 'step.js')).resolve(
    specifier.startsWith('.') ? resolve(specifier) : specifier,
  );
  return found.startsWith('/') ? `file://${encodeURI(found)}` : found;
}

function readInputs(text: string, kindMark: string | undefined, kinds: Kinds): Record<string, unknown> {
  const mark = kindMark ?? `${Math.random()}:`;
  const marked = markBigIntegers(text, mark);
  if (marked === undefined && kindMark === undefined) return JSON.parse(text);
  return JSON.parse(marked ?? text, (_, value: unknown) => {
    if (typeof value === 'string') return value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
    const [first] = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
    return first?.startsWith(mark) === true ? kinds.revive(first, value as Record<string, unknown>) : value;
  });
}

function notRunnable(error: unknown, request: NativeRequest): NotRunnable {
  const thrown = threw(error, request);
  const message = `This is not valid JavaScript: ${firstLine(error)}`;
  return new NotRunnable({ reason: 'not-runnable', message, position: thrown.position ?? positionAt(request, 1) });
}

function notFound(specifier: string, error: unknown, request: NativeRequest): NotRunnable {
  const message = `The step imports "${specifier}", which cannot be loaded: ${firstLine(error)}`;
  return new NotRunnable({ reason: 'not-runnable', message, position: positionAt(request, 1) });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Frames of the file are told apart from Node's and ours by its name. */
function threw(error: unknown, request: NativeRequest): Extract<StepFailure, { reason: 'threw' }> {
  if (!(error instanceof Error)) {
    return { reason: 'threw', message: format(error), position: positionAt(request, 1) };
  }
  const message = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  const rows = (error.stack ?? '').split('\n');
  const own = rows.filter((row) => /^\s+at /.test(row) && row.includes(`${request.file}:`));
  const place = own[0] ?? rows.find((row) => row.startsWith(`${request.file}:`));
  const match = place === undefined ? undefined : /:(\d+)(?::(\d+))?\)?$/.exec(place);
  const position = match
    ? {
        file: request.file,
        line: request.verbatim ? Number(match[1]) : request.line,
        ...(match[2] && request.verbatim && { column: Number(match[2]) }),
      }
    : positionAt(request, 1);
  const trace = own.join('\n');
  return { reason: 'threw', message, position, ...(trace !== '' && { trace }) };
}

await main();
