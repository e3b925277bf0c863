/** What the steps of a plan demand of the machine that it lacks, found before any of them starts. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { strictest } from '../model/isolation.ts';
import { locksOf } from '../model/locks.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Isolation } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { hasLocks } from './has-locks.ts';
import type { Secrets } from './secrets.ts';

/** Every secret that steps name and that has no value, each once, at the first step that names it. */
export async function missingSecrets(plan: Plan, secrets: Secrets): Promise<readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic>();
  for (const { step, file } of everyStep(plan)) {
    for (const name of step.secrets ?? []) {
      const value = await secrets.get(name);
      if (value.ok || found.has(name)) continue;
      const message = `Give the secret "${name}" a value, which step "${step.name}" names: ${value.error}`;
      found.set(name, { code: 'missing-secret', severity: 'error', message, file, span: step.span });
    }
  }
  return [...found.values()];
}

/** Costs nothing where no step asks for a sandbox. `configured` is the isolation that every step gets at least. */
export async function unmetDemands(plan: Plan, configured: Isolation): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [...unmetLocks(plan)];
  for (const { step, file } of everyStep(plan)) {
    const isolation = strictest(configured, step.isolation);
    const why = isolation === 'os' ? await sandboxLack() : undefined;
    if (why === undefined) continue;
    const message = `Step "${step.name}" asks for isolation "${isolation}", which it cannot have here. ${why}`;
    found.push({ code: 'isolation-missing', severity: 'error', message, file, span: step.span });
  }
  return found;
}

function unmetLocks(plan: Plan): readonly Diagnostic[] {
  if (hasLocks()) return [];
  const { file: own, lock: ofRun } = plan.workflow;
  const wishes = [
    ...(ofRun === undefined ? [] : [{ lock: ofRun, file: own }]),
    ...everyStep(plan).flatMap(({ step, file }) => locksOf(step).map((lock) => ({ lock, file, span: step.span }))),
  ];
  return wishes.map((wish) => {
    const { file } = wish;
    const message = `Leave out the lock ${JSON.stringify(wish.lock.name)}, or run this on Linux: nothing here holds it between runs`;
    return { code: 'lock-missing', severity: 'error', message, file, ...('span' in wish && { span: wish.span }) };
  });
}

async function sandboxLack(): Promise<string | undefined> {
  const bubblewrap = await findBubblewrap(process.env['PATH']);
  return bubblewrap.ok ? undefined : bubblewrap.message;
}
