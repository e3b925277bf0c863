/** What can be known of a workflow's languages before it is read, and what its plan will need at once. */
import type { Isolation, Language, Runtime } from '../runners/contract.ts';
import { everyStep } from './model/nested.ts';
import type { Plan, PlannedStep } from './model/plan.ts';
import { type CodeStep, isCode, type Step } from './model/step.ts';
import { LANGUAGE_NAMES } from './model/language-names.ts';

const PROGRAM = /\bcmd\s*=(?!=)|\blanguage\s*=\s*["'](?:shell|bash|sh)["']|\.sh["']|\bruntime\s*=\s*["']native["']/;

export interface Need {
  readonly language: Language;
  readonly runtime: Runtime;
  readonly isolation: Isolation;
  /** Threads that will be busy at once. */
  readonly threads: number;
}

/**
 * The languages worth starting before the file is read: Python, whose boot takes longest, and those that the text names
 * once, so that one thread is no guess. A wrong guess costs an idle thread.
 */
export function languagesInText(text: string): Language[] {
  const counts = new Map<Language, number>();
  for (const [, word] of text.matchAll(/\blanguage\s*=\s*["']([a-z0-9]+)["']/g)) {
    const language = (Object.keys(LANGUAGE_NAMES) as Language[]).find((known) => LANGUAGE_NAMES[known].includes(word!));
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].filter(([language, count]) => language === 'python' || count === 1).map(([language]) => language);
}

/** Whether the text has a step that is a program of the host, for which a spawner has to boot. A wrong guess costs an idle one. */
export function namesPrograms(text: string): boolean {
  return PROGRAM.test(text);
}

/** The most steps of each kind that may run at once. */
export function needsOf(
  plan: Plan,
  cap: number,
  kindOf: (step: CodeStep) => Pick<Need, 'runtime' | 'isolation'>,
): Need[] {
  const widest = new Map<string, Need>();
  for (const level of plan.levels) {
    const inLevel = new Map<string, Need>();
    for (const step of level.flatMap((index) => stepsIn(plan.steps[index]!))) {
      if (!isCode(step)) continue;
      const { language } = step;
      const { runtime, isolation } = kindOf(step);
      const kind = `${language} ${runtime} ${isolation}`;
      inLevel.set(kind, { language, runtime, isolation, threads: (inLevel.get(kind)?.threads ?? 0) + 1 });
    }
    for (const [kind, need] of inLevel) if (need.threads > (widest.get(kind)?.threads ?? 0)) widest.set(kind, need);
  }
  return [...widest.values()].map((need) => ({ ...need, threads: threadsFor(need, cap) }));
}

/** Python's boot is too dear to start a second one on a guess. */
function threadsFor(need: Need, cap: number): number {
  return need.language === 'python' && need.runtime === 'embedded' ? 1 : Math.min(need.threads, cap);
}

/** The step, and those inside it. */
function stepsIn({ step, inside }: PlannedStep): readonly Step[] {
  return inside === undefined ? [step] : everyStep(inside).map((one) => one.step);
}
