/** Jobs for WASM modules, and what running one gives. */
import type { Clock, Grants, Job, Outcome, PrintedLine, Randomness, Runner } from '../../../runners/contract.ts';
import { load } from '../../../runners/wasm/index.ts';

export interface ModuleRequest {
  readonly path: string;
  /** As the workflow file names it; default `modules/tested.wasm`. */
  readonly module?: string;
  readonly func?: string;
  readonly args?: readonly (number | bigint | string)[];
  /** Canonical JSON text by dependency. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly outputLimit?: number;
  readonly clock?: Clock;
  readonly random?: Randomness;
  readonly grants?: Grants;
}

export interface Ended {
  readonly outcome: Outcome;
  /** The output's text, or the failure. */
  readonly shown: unknown;
  readonly lines: readonly PrintedLine[];
}

export function wasmRunner(wasi = true): Promise<Runner> {
  return load({ language: 'wasm', runtime: 'embedded', cacheDir: '', wasi, ownsProcess: false });
}

export async function runModule(runner: Runner, request: ModuleRequest): Promise<Ended> {
  const lines: PrintedLine[] = [];
  const outcome = await runner.run(moduleJob(request), {
    print: (stream, text) =>
      lines.push(
        ...text
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => ({ stream, text: line })),
      ),
    stopped: new AbortController().signal,
  });
  const shown = outcome.ok ? Buffer.from(outcome.output).toString('utf8') : outcome.failure;
  return { outcome, shown, lines };
}

function moduleJob({
  path,
  module = 'modules/tested.wasm',
  func = 'run',
  args,
  inputs = {},
  env = {},
  outputLimit = 2 ** 28,
  ...given
}: ModuleRequest): Job {
  return {
    run: 'test-run',
    step: 'tested',
    attempt: 1,
    language: 'wasm',
    runtime: 'embedded',
    script: {
      kind: 'module',
      path,
      module,
      func,
      ...(args && { args }),
      origin: { file: 'workflows/contract.lua', line: 40, verbatim: true },
    },
    inputs: new Map(Object.entries(inputs).map(([name, text]) => [name, Buffer.from(text)])),
    ...given,
    env,
    cwd: process.cwd(),
    workdir: process.cwd(),
    tmp: '',
    isolation: 'thread',
    packages: [],
    cacheDir: '',
    limits: { output: outputLimit },
  };
}
