/** What the steps of a plan demand of the machine that it lacks, found before any of them starts. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { strictest } from '../model/isolation.ts';
import type { Plan } from '../model/plan.ts';
import type { Isolation, Runtime } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { type JobSettings, runtimeOf } from './job.ts';

/** What an embedded step hears that asks for more than its thread. */
export const EMBEDDED_ONLY_IN_THREADS =
  'Set runtime = "native", or leave "isolation" out: embedded steps run in threads of the engine only';

/** Costs nothing where no step asks for more than a thread. */
export async function unmetDemands(
  plan: Plan,
  settings: Pick<JobSettings, 'isolation' | 'runners'>,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { step } of plan.steps) {
    const isolation = strictest(settings.isolation, step.isolation);
    if (isolation === 'thread') continue;
    const why = await lackFor(isolation, runtimeOf(step, settings.runners));
    if (why === undefined) continue;
    const message = `Step "${step.name}" asks for isolation "${isolation}", which it cannot have here. ${why}`;
    found.push({ code: 'isolation-missing', severity: 'error', message, file: plan.workflow.file, span: step.span });
  }
  return found;
}

async function lackFor(isolation: Isolation, runtime: Runtime): Promise<string | undefined> {
  if (runtime === 'embedded') return EMBEDDED_ONLY_IN_THREADS;
  if (isolation !== 'os') return undefined;
  const bubblewrap = await findBubblewrap(process.env['PATH']);
  return bubblewrap.ok ? undefined : bubblewrap.message;
}
