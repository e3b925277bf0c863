/** Brings a run's final outputs to where the command line wants them. */
import { extname, resolve } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { RunRecord } from '../model/record.ts';
import type { FinalOutput, OutputFormat } from '../terminal/outputs.ts';
import type { Output } from './console.ts';
import { writeWhole } from './write-file.ts';

export interface Delivery {
  /** Absent: a short form for people, where `file` is absent too. */
  readonly format?: OutputFormat;
  /** As the user wrote it. */
  readonly file?: string;
  /** Where relative paths start. */
  readonly cwd: string;
}

/** Outputs of the steps that no other step needs, in plan order. */
function finalOutputs(plan: Plan, record: RunRecord): FinalOutput[] {
  return plan.steps.flatMap(({ step, dependants }) => {
    const value = dependants.length === 0 ? record.steps.get(step.name)?.output : undefined;
    return value === undefined ? [] : [{ step: step.name, value }];
  });
}

/** Loads what `deliver` needs, while the steps run. */
export function prepareDelivery(): void {
  void import('../terminal/outputs.ts');
}

/** Gives what went wrong, as a sentence; nothing if all went well. */
export async function deliver(
  plan: Plan,
  record: RunRecord,
  { format, file, cwd }: Delivery,
  out: Output,
): Promise<string | undefined> {
  const { shortOutputs, renderOutputs } = await import('../terminal/outputs.ts');
  const outputs = finalOutputs(plan, record);
  if (file !== undefined) {
    const written = writeWhole(
      resolve(cwd, file),
      renderOutputs(plan.workflow.name, outputs, format ?? formatOf(file)),
    );
    return written.ok ? undefined : `The outputs cannot be written to "${file}": ${written.error}`;
  }
  if (format !== undefined) {
    for (const piece of renderOutputs(plan.workflow.name, outputs, format)) out.write(piece);
    return undefined;
  }
  const shown = outputs.filter(({ value }) => !(value.length === 4 && value[0] === NULL_TEXT)).slice(0, MOST_OUTPUTS);
  const lines = shortOutputs(shown, { mostLines: 12, width: out.isTerminal ? out.size().columns : 100 });
  const left = outputs.length - shown.length;
  if (outputs.length > MOST_OUTPUTS) lines.push(`… ${left} more outputs (all of them: --output json)`);
  if (lines.length > 0) out.lines(['', ...lines]);
  return undefined;
}

const MOST_OUTPUTS = 10;
/** The `n` of `null`, the only value of four bytes that begins with it. */
const NULL_TEXT = 110;

function formatOf(file: string): OutputFormat {
  const extension = extname(file).toLowerCase();
  return extension === '.json' ? 'json' : extension === '.md' || extension === '.markdown' ? 'markdown' : 'plain';
}
