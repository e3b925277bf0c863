/** Steps without code: each action is loaded when the first step asks for it. */
import type { ActionName, Job, LoadRunner, Outcome, RunnerContext, ThreadSetup } from '../contract.ts';
import { outputTooLarge } from '../limits.ts';
import { encode } from '../value/encode.ts';
import { type Act, ActionFailure, type Tools } from './act.ts';
import { Fields } from './fields.ts';

const ACTIONS: Readonly<Record<ActionName, () => Promise<{ readonly act: Act }>>> = {
  http: () => import('./http.ts'),
  file: () => import('./file.ts'),
  transform: () => import('./transform.ts'),
  assert: () => import('./assert.ts'),
  llm: () => import('./llm/index.ts'),
  notify: () => import('./notify.ts'),
};

export const load: LoadRunner = (setup) =>
  Promise.resolve({ run: (job: Job, context: RunnerContext) => perform(job, setup, context) });

async function perform(job: Job, setup: ThreadSetup, context: RunnerContext): Promise<Outcome> {
  const { script } = job;
  if (script.kind !== 'action') throw new Error('Internal error: an action has code');
  const tools: Tools = { job, setup, context, warnings: [] };
  try {
    const { act } = await ACTIONS[script.action]();
    const output = await act(new Fields(script.action, job.inputs), tools);
    const encoded =
      output.kind === 'text' ? { ok: true as const, value: output.text, warnings: [] } : encode(output.value);
    const warnings = [...tools.warnings, ...(encoded.ok ? encoded.warnings : [])];
    if (!encoded.ok) return { ok: false, failure: { reason: 'output-invalid', message: encoded.message }, warnings };
    const { length } = encoded.value;
    if (length > job.limits.output) return { ok: false, failure: outputTooLarge(length, job.limits), warnings };
    return { ok: true, output: encoded.value, warnings };
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    const { failure } = error;
    const { file, line } = script.origin;
    const isPlaced = failure.reason === 'action' || failure.reason === 'asserted';
    return {
      ok: false,
      failure: isPlaced ? { ...failure, position: { file, line } } : failure,
      warnings: tools.warnings,
    };
  }
}
