/** Several items of one assignment, one after the other, from when a thread has them to their reports. */
import type { Assignment, JobItems, Report, Settled } from './contract.ts';
import { ItemClock } from './item-clock.ts';
import { receivedInputs } from './many-inputs.ts';
import type { Surroundings } from './perform.ts';

/** Those that are done are told after so long, though others go on. */
const TELL_MS = 20;

interface Doing {
  readonly perform: (assignment: Assignment, surroundings: Surroundings) => Promise<Report>;
  readonly tellSettled: (message: Settled) => void;
}

export async function performItems(
  assignment: Assignment,
  items: JobItems,
  surroundings: Surroundings,
  { perform, tellSettled }: Doing,
): Promise<Report> {
  const { id } = assignment;
  const { items: _, ...shared } = assignment.job;
  const { indices, names, texts, ends, timeoutMs } = items;
  const clock = new ItemClock(items.clock);
  const common = receivedInputs(shared.inputs);
  const startedAt = performance.now();
  let toldAt = startedAt;
  let waiting: Report[] = [];
  let batches = 0;
  for (const [place, index] of indices.entries()) {
    const inputs = new Map(common);
    for (const [i, name] of names.entries()) {
      const at = place * names.length + i;
      inputs.set(name, texts.subarray(at === 0 ? 0 : ends[at - 1], ends[at]));
    }
    const job = { ...shared, step: `${shared.step}[${index}]`, inputs };
    clock.begin(place);
    const report = await perform(
      { id, job, announce: false, ...(timeoutMs !== undefined && { timeoutMs }) },
      {
        ...surroundings,
        tell: (message) => surroundings.tell(message.kind === 'printed' ? { ...message, place } : message),
      },
    );
    batches += report.batches;
    waiting.push(report);
    const isLast = place === indices.length - 1;
    if (isLast || performance.now() - toldAt < TELL_MS) continue;
    tellSettled({ kind: 'settled', id, reports: waiting });
    batches += 1;
    waiting = [];
    toldAt = performance.now();
  }
  const wallMs = performance.now() - startedAt;
  return { outcome: NOTHING, batches, lines: [], usage: { wallMs }, items: waiting };
}

const NOTHING: Report['outcome'] = { ok: true, output: new Uint8Array(), warnings: [] };
