/** Which shell runs a step. */
import { basename } from 'node:path';
import type { Job } from '../contract.ts';
import { findProgram } from '../process/program.ts';

export interface Shell {
  readonly program: string;
  readonly isBash: boolean;
}

/** Constructs that only bash (or a shell much like it) understands, as the warning names them. */
const BASHISMS: readonly (readonly [RegExp, string])[] = [
  [/\[\[\s/, '[[ … ]]'],
  [/<<</, '<<<'],
  [/[<>]\([^)]/, '<( … )'],
  [/^\s*function\s+\w+/m, 'function'],
  [/^\s*(?:declare|typeset|mapfile|readarray|shopt)\b/m, 'declare, mapfile or shopt'],
  [/\w\+?=\(/, 'an array'],
  [/\$\{!?\w+(?:\[|\^|,|\/|:\d)/, '${x[…]}, ${x^^} or ${x/…}'],
  [/(?:^|[;\s])\(\(/m, '(( … ))'],
  [/&>/, '&>'],
  [/\bpipefail\b/, 'pipefail'],
  [/\{\d+\.\.\d+\}/, '{1..9}'],
];

/** The step's shell; bash also where `sh` is configured, as long as there is one. Nothing when the machine has no shell of that name. */
export function findShell(job: Pick<Job, 'interpreter' | 'env'>): Shell | undefined {
  const wanted = job.interpreter ?? 'bash';
  const names = wanted === 'bash' || wanted === 'sh' ? ['bash', 'sh', '/bin/bash', '/bin/sh'] : [wanted];
  const program = findProgram(names, job.env['PATH']);
  return program === undefined ? undefined : { program, isBash: basename(program).startsWith('bash') };
}

/** The first construct in `code` that a plain `sh` may not understand. */
export function bashism(code: string): string | undefined {
  return BASHISMS.find(([pattern]) => pattern.test(code))?.[1];
}
