/** What a settled step leaves behind, as its outcome. */
import type { Job, Origin, Outcome } from '../contract.ts';
import { definesNoRun } from '../failures.ts';
import { outputTooLarge } from '../limits.ts';
import { unreachable } from '../unreachable.ts';
import { canonicalise } from '../value.ts';
import type { Settled } from './guest/kernel.ts';
import type { Sandbox } from './sandbox.ts';
import { fail, type Throws } from './thrown.ts';

export function outcomeOf(sandbox: Sandbox, job: Job, origin: Origin, throws: Throws): Outcome {
  const settled = JSON.parse(sandbox.context.getString(sandbox.call('settled').unwrap())) as Settled;
  const position = { file: origin.file, line: origin.line };
  switch (settled.kind) {
    case 'no-run':
      return fail(definesNoRun(job.step, origin));
    case 'threw':
      return fail(throws.failureOf(settled.thrown));
    case 'invalid':
      return fail({ reason: 'output-invalid', message: settled.problem, position });
    case 'output':
      // Its bytes are at least as many, and a text that is far too large may not even fit into a string here.
      return settled.length > job.limits.output
        ? fail(outputTooLarge(settled.length, job.limits))
        : encoded(sandbox, job, origin, settled.notFinite);
    default:
      return unreachable(settled);
  }
}

function encoded(sandbox: Sandbox, { limits }: Job, { file, line }: Origin, notFinite: string | undefined): Outcome {
  const text = Buffer.from(sandbox.context.getString(sandbox.call('outputText').unwrap()));
  const canonical = canonicalise(text);
  // What getters and proxies show may change between the look that decides how to write it and the writing.
  if (!canonical.ok) return fail({ reason: 'output-invalid', message: canonical.message, position: { file, line } });
  if (canonical.value.length > limits.output) return fail(outputTooLarge(canonical.value.length, limits));
  const warnings =
    notFinite === undefined ? [] : [`${notFinite} is not a finite number, which JSON has no form for; it became null`];
  return { ok: true, output: canonical.value, warnings };
}
