/** The slots of one language: processes without rights, for steps that are kept apart more strictly than in a thread. */
import { readFile } from 'node:fs/promises';
import type { Job, Outcome, StepFailure, ThreadSetup } from '../../runners/contract.ts';
import { isTimed, startClocks, usageOf } from './clocks.ts';
import { type CpuWatch, descendantsClock } from './cpu-watch.ts';
import { Ending } from './ending.ts';
import { unpaced } from './paced.ts';
import type { Finished, JobContext, RunningJob } from './pool.ts';
import { Slot, type SlotEnd } from './slot.ts';
import { builtRunners, type SlotWishes } from './slot-command.ts';

export class Slots {
  readonly #setup: ThreadSetup;
  readonly #wishes: SlotWishes;
  readonly #idle: Slot[] = [];
  readonly #all = new Set<Slot>();
  #lastId = 0;

  /** Starts `warm` slots at once and others when jobs need them; the caller keeps the number of jobs within its cap. */
  constructor(setup: ThreadSetup, wishes: SlotWishes, warm: number) {
    this.#setup = { ...setup, built: builtRunners(), isSlot: true };
    this.#wishes = wishes;
    // A step that escaped may signal the engine, and by this one Node would open its debugger to whoever connects.
    process.on('SIGUSR1', ignore);
    for (let i = 0; i < warm; i++) this.#idle.push(this.#begin());
  }

  start(job: Job, context: JobContext): RunningJob {
    const slot = this.#idle.pop() ?? this.#begin();
    const ending = new Ending(undefined, () => slot.kill());
    return {
      finished: this.#run(job, context, slot, ending),
      stop: () => ending.begin({ reason: 'cancelled' }),
      kill: () => ending.kill(),
    };
  }

  async close(): Promise<void> {
    process.off('SIGUSR1', ignore);
    await Promise.all([...this.#all].map((slot) => slot.close()));
  }

  #begin(): Slot {
    const slot = new Slot(this.#setup, this.#wishes);
    this.#all.add(slot);
    void slot.gone.then(() => {
      this.#all.delete(slot);
      const index = this.#idle.indexOf(slot);
      if (index !== -1) this.#idle.splice(index, 1);
    });
    return slot;
  }

  async #run(job: Job, context: JobContext, slot: Slot, ending: Ending): Promise<Finished> {
    let startedAt = performance.now();
    let cpu: CpuWatch | undefined;
    const end = await this.#end(await withBytes(job), context, slot, () => {
      startedAt = performance.now();
      cpu = startClocks(ending, job, context, () => (slot.pid === undefined ? undefined : descendantsClock(slot.pid)));
    });
    cpu?.stop();
    ending.release();
    const usage = 'lost' in end ? { wallMs: performance.now() - startedAt } : end.usage;
    const cpuMs = 'lost' in end ? cpu?.usedMs : undefined;
    const outcome = 'lost' in end ? lost(ending.failure, end.lost) : ending.reread(end.outcome);
    if (!slot.isLost) this.#idle.push(slot);
    return { outcome, usage: usageOf({ ...usage, ...(cpuMs !== undefined && { cpuMs }) }, job, outcome) };
  }

  async #end(job: Job | StepFailure, context: JobContext, slot: Slot, onStarted: () => void): Promise<SlotEnd> {
    if ('reason' in job) return { outcome: { ok: false, failure: job, warnings: [] }, lines: [], usage: { wallMs: 0 } };
    const { timeoutMs } = context;
    const announce = isTimed(job, context);
    const assignment = { id: ++this.#lastId, job, announce, ...(timeoutMs !== undefined && { timeoutMs }) };
    const end = await slot.run(assignment, {
      onStarted,
      onLines: (lines) => context.onLines(lines),
      memory: context.memory,
    });
    if (!('lost' in end) && end.lines.length > 0) context.onLines(end.lines);
    return end;
  }
}

function ignore(): void {}

/** A slot reads no files, so a WebAssembly module goes with the job; nor does it share memory. */
async function withBytes(job: Job): Promise<Job | StepFailure> {
  const { script } = job;
  if (script.kind === 'action' && script.services !== undefined)
    return { ...job, script: { ...script, services: unpaced(script.services) } };
  if (script.kind !== 'module') return job;
  try {
    return { ...job, script: { ...script, bytes: await readFile(script.path) } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: 'runtime-missing', message: `The WASM module "${script.module}" cannot be read: ${why}` };
  }
}

function lost(ended: StepFailure | undefined, why: string): Outcome {
  const message = `The step's process was lost, and only this step with it: ${why}`;
  return { ok: false, failure: ended ?? { reason: 'thread-lost', message }, warnings: [] };
}
