/** Brings a run's final outputs to where the command line wants them. */
import { extname, resolve } from 'node:path';
import { hasFiles, withRecords } from '../../runners/value.ts';
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
  /** Where the files of the run are, as the user wrote it; nothing if they are gone with it. */
  readonly keptIn?: string | undefined;
}

/** What the workflow's `outputs` name, in their order; without any, outputs of the steps that no other step took, in plan order. */
async function finalOutputs(plan: Plan, record: RunRecord): Promise<FinalOutput[]> {
  const { outputs } = plan.workflow;
  if (outputs !== undefined) {
    const { shapeOf, textOf } = await import('../terminal/canonical.ts');
    const shape = record.outputs && shapeOf(textOf(record.outputs));
    const members = new Map(shape?.kind === 'object' ? shape.entries : []);
    return outputs.flatMap(({ name }) => {
      const text = members.get(name);
      return text === undefined ? [] : [{ step: name, value: Buffer.from(text) }];
    });
  }
  const standIns = new Set(plan.steps.map((one) => one.step.fallback));
  return plan.steps.flatMap(({ step, dependants }) => {
    // Whoever was skipped, or only waits for the end of the run, takes nothing.
    const isTaken = dependants.some((dependant) => {
      const { name, takesFrom } = plan.steps[dependant]!.step;
      return takesFrom?.includes(step.name) !== false && record.steps.get(name)?.status !== 'skipped';
    });
    const isFinal = !isTaken && !standIns.has(step.name);
    const value = isFinal ? record.steps.get(step.name)?.output : undefined;
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
  { format, file, cwd, keptIn }: Delivery,
  out: Output,
): Promise<string | undefined> {
  const { shortOutputs, renderOutputs } = await import('../terminal/outputs.ts');
  const outputs = await finalOutputs(plan, record);
  if (file !== undefined) {
    const wanted = format ?? formatOf(file);
    const pieces = renderOutputs(plan.workflow.name, readable(outputs, wanted), wanted);
    const written = writeWhole(resolve(cwd, file), pieces);
    return written.ok ? undefined : `The outputs cannot be written to "${file}": ${written.error}`;
  }
  if (format !== undefined) {
    const { harmlessBytes, harmlessJson } = await import('../terminal/harmless-json.ts');
    const harmless = (piece: string | Uint8Array): string | Uint8Array =>
      typeof piece === 'string' ? harmlessJson(piece) : harmlessBytes(piece);
    for (const piece of renderOutputs(plan.workflow.name, readable(outputs, format), format)) {
      out.write(format === 'json' ? harmless(piece) : piece);
    }
    return undefined;
  }
  const shown = outputs.filter(({ value }) => !(value.length === 4 && value[0] === NULL_TEXT)).slice(0, MOST_OUTPUTS);
  const lines = shortOutputs(readable(shown, 'plain'), {
    mostLines: 12,
    width: out.isTerminal ? out.size().columns : 100,
  });
  const left = outputs.length - shown.length;
  if (outputs.length > MOST_OUTPUTS) lines.push(`… ${left} more outputs (all of them: --output json)`);
  if (keptIn === undefined && shown.some(({ value }) => hasFiles(value)))
    lines.push('', 'The files are gone with the run; add --workdir DIR to keep them.');
  if (lines.length > 0) out.lines(['', ...lines]);
  return undefined;
}

/** For people a table is its records. */
function readable(outputs: readonly FinalOutput[], format: OutputFormat): readonly FinalOutput[] {
  return format === 'json' ? outputs : outputs.map(({ step, value }) => ({ step, value: withRecords(value) }));
}

const MOST_OUTPUTS = 10;
/** The `n` of `null`, the only value of four bytes that begins with it. */
const NULL_TEXT = 110;

function formatOf(file: string): OutputFormat {
  const extension = extname(file).toLowerCase();
  return extension === '.json' ? 'json' : extension === '.md' || extension === '.markdown' ? 'markdown' : 'plain';
}
