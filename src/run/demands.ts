/** What the steps of a plan demand of the machine that it lacks, found before any of them starts. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { strictest } from '../model/isolation.ts';
import type { Plan } from '../model/plan.ts';
import type { Isolation } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';

/** Costs nothing where no step asks for a sandbox. `configured` is the isolation that every step gets at least. */
export async function unmetDemands(plan: Plan, configured: Isolation): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { step } of plan.steps) {
    const isolation = strictest(configured, step.isolation);
    const why = isolation === 'os' ? await sandboxLack() : undefined;
    if (why === undefined) continue;
    const message = `Step "${step.name}" asks for isolation "${isolation}", which it cannot have here. ${why}`;
    found.push({ code: 'isolation-missing', severity: 'error', message, file: plan.workflow.file, span: step.span });
  }
  return found;
}

async function sandboxLack(): Promise<string | undefined> {
  const bubblewrap = await findBubblewrap(process.env['PATH']);
  return bubblewrap.ok ? undefined : bubblewrap.message;
}
