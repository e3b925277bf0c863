/** Examines what this machine has of what steps may need. */
import { resolve } from 'node:path';
import { nativeProgram } from '../../runners/native/programs.ts';
import { findShell } from '../../runners/shell/interpreter.ts';
import type { Config } from '../config/config.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { isCode, type Step } from '../model/step.ts';
import { findStore } from '../store/place.ts';
import { version } from '../version.ts';
import type { Examination } from '../model/examination.ts';
import { examineLanguages } from './languages.ts';
import { directory, memory, node, processLimits, processors, pythonSnapshot, sandbox } from './machine.ts';

export interface ExaminationRequest {
  readonly config: Config;
  readonly cwd: string;
  /** A `PATH`. */
  readonly path: string | undefined;
}

export async function examine({ config, cwd, path }: ExaminationRequest): Promise<Examination> {
  const box = await sandbox(path);
  const cacheDir = resolve(cwd, config.cache.directory);
  return {
    version: version(),
    facts: [
      node(),
      processors(),
      memory(),
      box,
      processLimits(),
      directory('history', findStore(config.store.path, cwd), 'switched off'),
      directory('cache', cacheDir, ''),
      pythonSnapshot(cacheDir),
    ],
    languages: await examineLanguages(config, path, box.condition === 'fine'),
  };
}

/** The programs that the plan's steps run on and that are not there, each at the first step that needs it. */
export function missingPrograms(plan: Plan, { config, path }: ExaminationRequest): readonly Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const { step, file } of everyStep(plan)) {
    const advice = programLack(step, config, path);
    if (advice === undefined || found.has(advice)) continue;
    const message = `Step "${step.name}" runs on a program of the machine. ${advice}`;
    found.set(advice, { code: 'program-missing', severity: 'error', message, file, span: step.span });
  }
  return [...found.values()];
}

function programLack(step: Step, { runners }: Config, path: string | undefined): string | undefined {
  if (!isCode(step) || step.language === 'wasm' || step.language === 'action') return undefined;
  const { language } = step;
  const interpreter = step.interpreter ?? runners[language].interpreter;
  if (language === 'shell') return shellLack(interpreter ?? 'bash', path);
  if ((step.runtime ?? runners[language].runtime) === 'embedded') return undefined;
  const program = nativeProgram(language, interpreter, path);
  return program.ok ? undefined : program.message;
}

function shellLack(interpreter: string, path: string | undefined): string | undefined {
  const shell = findShell({ interpreter, env: path === undefined ? {} : { PATH: path } });
  return shell === undefined ? `Install ${interpreter}, which runs shell steps` : undefined;
}
