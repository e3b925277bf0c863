/** Gives a step of a past run the inputs of its workflow again. */
import type { Engine, RunOptions } from '../api.ts';
import type { GivenOptions } from '../model/history.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Replay } from '../store/replay.ts';
import type { Console } from './console.ts';
import type { Arguments } from './options.ts';
import { reportDiagnostics, type Setup } from './setup.ts';
import { statusOfUnmet } from './unmet.ts';

/**
 * As they were given then; secret ones come from their variables. The error is the exit status that `hwfe run` would have; what
 * is wrong has been reported then.
 */
export async function givenAgain(
  replay: Replay,
  args: Arguments,
  { console, setup, engine }: { readonly console: Console; readonly setup: Setup; readonly engine: Engine },
  before: GivenOptions['inputs'],
): Promise<Result<RunOptions['inputs'], number>> {
  const { doneAnew } = await import('../store/replay.ts');
  const plan = doneAnew(replay);
  let inputs: RunOptions['inputs'];
  if (plan.workflow.inputs !== undefined) {
    const { gatherInputs } = await import('./inputs.ts');
    const none: Arguments = { ...args, value: () => undefined, values: () => [] };
    const gathered = await gatherInputs(plan, none, { console, setup }, before);
    if (!gathered.ok) return gathered;
    inputs = gathered.value;
  }
  const unmet = await engine.check(plan, { ...(inputs && { inputs }) });
  if (unmet.length === 0) return ok(inputs);
  // Where its steps stood in their file is not kept.
  const placeless = unmet.map(({ file: _file, span: _span, ...rest }) => rest);
  await reportDiagnostics(placeless, setup.styleFor, console);
  return fail(statusOfUnmet(unmet));
}
