/** Gives a step of a past run the inputs of its workflow again. */
import type { Engine, RunOptions } from '../api.ts';
import type { GivenOptions } from '../model/history.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Replay } from '../store/replay.ts';
import type { Console } from './console.ts';
import type { Arguments } from './options.ts';
import { reportDiagnostics, type Setup } from './setup.ts';
import { STATUS } from './status.ts';

/** As they were given then; secret ones come from their variables. The error is an exit status; what is wrong has been reported then. */
export async function givenAgain(
  plan: Replay['plan'],
  args: Arguments,
  { console, setup, engine }: { readonly console: Console; readonly setup: Setup; readonly engine: Engine },
  before: GivenOptions['inputs'],
): Promise<Result<RunOptions['inputs'], number>> {
  if (plan.workflow.inputs === undefined) return ok(undefined);
  const { gatherInputs } = await import('./inputs.ts');
  const none: Arguments = { ...args, value: () => undefined, values: () => [] };
  const gathered = await gatherInputs(plan, none, { console, setup }, before);
  if (!gathered.ok) return gathered;
  const unmet = await engine.check(plan, { inputs: gathered.value ?? {} });
  const problems = unmet.filter(({ code }) => code === 'missing-input' || code === 'wrong-input');
  if (problems.length === 0) return gathered;
  await reportDiagnostics(problems, setup.styleFor, console);
  return fail(STATUS.inputMissing);
}
