/** What a shell step finds in its environment besides what it was granted, with the files that those variables name. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../contract.ts';
import type { ProcessLink } from '../process/link.ts';
import { withRecords } from '../kinds/records.ts';
import { memoryVariables } from '../memory/variables.ts';
import { inputsText } from '../value.ts';

/** An input's text over this many bytes is only in its file: Linux takes 128 KiB in one variable. */
const LONGEST_VARIABLE = 96 * 1024;
/** And about 2 MiB in all of them: once inputs fill this much, the rest are only in their files. */
const ALL_VARIABLES = 1024 * 1024;

export interface StepFiles {
  /** `HWFE_OUTPUT`, which the step may write. */
  readonly output: string;
  /** Where the line of a failing command is noted; what else is noted there goes with the spawner's directory. */
  readonly line: string;
}

export function stepFiles(link: ProcessLink): StepFiles {
  return { output: link.path('output.json'), line: link.path('line') };
}

/** `INPUT_` and the dependency's name in capitals, every other character an underscore. */
export function inputVariable(name: string): string {
  return `INPUT_${name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')}`;
}

/** The step's whole environment, and the directory with its inputs' files where it has inputs. */
export function stepEnvironment(
  job: Job,
  link: ProcessLink,
  files: StepFiles,
): { readonly env: Readonly<Record<string, string>>; readonly directory?: string } {
  const env: Record<string, string> = {
    ...job.env,
    HWFE_RUN_ID: job.run,
    HWFE_STEP: job.step,
    HWFE_ATTEMPT: String(job.attempt),
    HWFE_WORKDIR: job.workdir,
    HWFE_OUTPUT: files.output,
    ...memoryVariables(job),
  };
  if (job.inputs.size === 0) {
    env['HWFE_INPUTS'] = noInputs(link);
    return { env };
  }
  const directory = link.path('inputs');
  mkdirSync(directory, { mode: 0o700 });
  env['HWFE_INPUTS'] = join(directory, 'inputs.json');
  const inputs = new Map([...job.inputs].map(([name, value]) => [name, withRecords(value)]));
  writeFileSync(env['HWFE_INPUTS'], inputsText(inputs), { mode: 0o600 });
  let free = ALL_VARIABLES;
  for (const [name, value] of inputs) {
    const variable = inputVariable(name);
    const file = join(directory, variable);
    writeFileSync(file, value, { mode: 0o600 });
    env[`${variable}_FILE`] = file;
    if (value.length > LONGEST_VARIABLE || value.length > free) continue;
    env[variable] = Buffer.from(value).toString();
    free -= value.length;
  }
  return { env, directory };
}

const withoutInputs = new WeakMap<ProcessLink, string>();

/** One file for all steps that have no inputs. */
function noInputs(link: ProcessLink): string {
  let path = withoutInputs.get(link);
  if (path === undefined) {
    path = link.path('no-inputs.json');
    writeFileSync(path, '{}', { mode: 0o400 });
    withoutInputs.set(link, path);
  }
  return path;
}
