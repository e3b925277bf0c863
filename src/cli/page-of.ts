/** Gathers from the history what a page about a run shows. */
import type { PrintedLine } from '../../runners/contract.ts';
import type { RunEvent } from '../model/event.ts';
import type { PastRun } from '../model/history.ts';
import { inRow } from '../model/nested.ts';
import { emptyRecord } from '../model/record.ts';
import { fold } from '../model/fold.ts';
import type { PageRun, PageStep } from '../page/page-data.ts';
import type { History } from '../store/history.ts';
import { withoutBytes } from '../store/stored-event.ts';
import { explain } from '../store/why.ts';
import { createStyle } from '../terminal/style.ts';
import { renderWhy } from '../terminal/why.ts';

/** Of one step. */
const MOST_LINES = 500;
/** Why is looked up for so many; each takes a few questions to the database. */
const MOST_WHY = 500;
/** Of all outputs together. */
const MOST_BYTES = 64 * 1024 ** 2;

export function pageOf(history: History, run: PastRun, parallelism: number): PageRun {
  const record = emptyRecord();
  const lines = new Map<string, { kept: PrintedLine[]; more: number }>();
  let user: string | undefined;
  for (const { event } of history.events(run)) {
    fold(record, withoutBytes(event) as RunEvent);
    if (event.kind === 'run-started' || event.kind === 'run-resumed') user ??= event.by.user;
    // What a step printed before it was run again is no part of what is shown of it.
    if (event.kind === 'step-started' && event.attempt === 1) lines.delete(event.step);
    if (event.kind !== 'step-printed') continue;
    const printed = lines.get(event.step) ?? { kept: [], more: 0 };
    lines.set(event.step, printed);
    const room = Math.max(0, MOST_LINES - printed.kept.length);
    printed.kept.push(...event.lines.slice(0, room));
    printed.more += Math.max(0, event.lines.length - room);
  }
  const definition = history.definition(run);
  const definitions = new Map(definition?.steps.map((step) => [step.name, step]));
  const kept = history.steps(run);
  const style = createStyle(false);
  let bytes = 0;
  const steps = inRow(record.steps.values()).map((step, index): PageStep => {
    const output = kept.get(step.name)?.output;
    bytes += output?.size ?? 0;
    const value = output !== undefined && bytes <= MOST_BYTES ? history.value(output) : undefined;
    const printed = lines.get(step.name);
    return {
      record: step,
      definition: definitions.get(step.name),
      output: output && { size: output.size, value },
      lines: printed?.kept ?? [],
      moreLines: printed?.more ?? 0,
      why: index < MOST_WHY && step.status !== 'waiting' ? renderWhy(explain(history, run, step), run.id, style) : [],
    };
  });
  return {
    run,
    mode: record.mode,
    cap: record.cap,
    definition,
    steps,
    outputs: record.outputs,
    memory: record.memory?.snapshot(),
    user,
    parallelism,
  };
}
