/** Jobs for tests: a step's code with everything else filled in. */
import type { Clock, EncodedValue, Grants, Job, Language, Randomness, Runtime } from '../../../runners/contract.ts';

/** The file and first line that every test step claims to stand at. */
export const ORIGIN = { file: 'workflows/contract.lua', line: 40, verbatim: true } as const;

export interface StepRequest {
  readonly code: string;
  /** Canonical JSON text by dependency. */
  readonly inputs?: Readonly<Record<string, string | EncodedValue>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes; default 256 MiB. */
  readonly outputLimit?: number;
  /** Bytes; default none. */
  readonly stdoutLimit?: number;
  readonly step?: string;
  /** Absolute; default: where the tests run. */
  readonly workdir?: string;
  readonly grants?: Grants;
  readonly clock?: Clock | undefined;
  readonly random?: Randomness | undefined;
}

export function jobOf(language: Language, runtime: Runtime, request: StepRequest): Job {
  return {
    run: 'test-run',
    step: request.step ?? 'tested',
    attempt: 1,
    language,
    runtime,
    script: { kind: 'code', code: request.code, origin: ORIGIN },
    inputs: new Map(
      Object.entries(request.inputs ?? {}).map(([name, value]) => [
        name,
        typeof value === 'string' ? new TextEncoder().encode(value) : value,
      ]),
    ),
    env: request.env ?? {},
    cwd: process.cwd(),
    workdir: request.workdir ?? process.cwd(),
    tmp: '',
    isolation: 'thread',
    packages: [],
    cacheDir: '',
    ...(request.grants !== undefined && { grants: request.grants }),
    ...(request.clock !== undefined && { clock: request.clock }),
    ...(request.random !== undefined && { random: request.random }),
    limits: {
      output: request.outputLimit ?? 256 * 1024 * 1024,
      ...(request.stdoutLimit !== undefined && { stdout: request.stdoutLimit }),
    },
  };
}
