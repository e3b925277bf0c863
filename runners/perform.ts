/** One assignment, from when its thread or process has it to the report. */
import { bounded } from './bounded.ts';
import { deadlineFor } from './deadline.ts';
import type {
  Assignment,
  Job,
  Outcome,
  Printed,
  Report,
  Runner,
  RunnerContext,
  Spent,
  Started,
  ThreadSetup,
} from './contract.ts';
import { loaderFor } from './languages.ts';
import { leftOut } from './limits.ts';
import { receivedInputs } from './many-inputs.ts';
import { NOT_SHARED, StepMemory } from './memory/step-memory.ts';
import { Printer } from './printer.ts';
import type { Ask } from './slot/errands.ts';
import type { ThreadClock } from './thread-clock.ts';

/** A thread that dies while it boots leaves its jobs waiting in Piscina's queue; so it lives, and every job hears why. */
export async function loadOrSayWhyNot(setup: ThreadSetup): Promise<Runner> {
  try {
    const load = await loaderFor(setup);
    return await load(setup);
  } catch (error) {
    const message = `The ${setup.language} runtime could not be started: ${error instanceof Error ? error.message : String(error)}`;
    const outcome: Outcome = { ok: false, failure: { reason: 'runtime-missing', message }, warnings: [] };
    return { run: () => Promise.resolve(outcome) };
  }
}

export interface Surroundings {
  readonly clock: ThreadClock | undefined;
  /** Aborted when the host says stop. */
  readonly stopped: AbortSignal;
  /** Sends what is told while the job runs. */
  readonly tell: (message: Started | Printed) => void;
  /** Where the step is answered that has a part in the shared memory. */
  readonly ask?: Ask | undefined;
}

export async function perform(
  runner: Runner,
  assignment: Assignment,
  { clock, stopped, tell, ask }: Surroundings,
): Promise<Report> {
  const { id, announce, timeoutMs } = assignment;
  const job = received(assignment.job);
  const started = performance.now();
  if (announce) {
    clock?.lap(Number.POSITIVE_INFINITY);
    const thread = clock === undefined ? {} : { thread: { id: clock.id, cpuMs: clock.read() } };
    tell({ kind: 'started', id, ...thread });
  }
  const printer = new Printer((lines) => tell({ kind: 'printed', id, lines }), job.limits.stdout, {
    atOnce: job.prompt !== undefined,
  });
  let spent: Spent = {};
  const context: RunnerContext = {
    print: (stream, text) => printer.print(stream, text),
    stopped,
    deadline: job.runtime === 'embedded' ? deadlineFor(job.limits, timeoutMs, clock) : undefined,
    memory: new StepMemory(ask),
    leftOut: (bytes) => printer.leaveOut(bytes),
    spent: (more) => {
      spent = { ...spent, ...more };
    },
  };
  const outcome = bounded(hinted(await runner.run(job, context), job));
  const lines = printer.finish();
  const wallMs = performance.now() - started;
  // The thread of a step with processes does none of its work. Between jobs a thread sleeps, so a lap is one job's.
  if (job.runtime === 'embedded' && clock !== undefined) spent = { ...spent, cpuMs: clock.lap(wallMs) };
  return {
    outcome: printer.leftOut === 0 ? outcome : withWarning(outcome, leftOut(printer.leftOut, job.limits)),
    batches: printer.batches,
    lines,
    usage: { ...spent, wallMs },
  };
}

function received(job: Job): Job {
  const inputs = receivedInputs(job.inputs);
  return inputs === job.inputs ? job : { ...job, inputs };
}

/** As each language says that there is no such name. */
const NO_MEMORY = /\bglobal 'memory'|\bmemory'? is not defined/;

/** Whoever names the shared memory where there is none is told how to have one. */
function hinted(outcome: Outcome, { memory, language }: Job): Outcome {
  if (outcome.ok || memory !== undefined || outcome.failure.reason !== 'threw') return outcome;
  const { failure } = outcome;
  if (language === 'shell' || !NO_MEMORY.test(failure.message)) return outcome;
  return { ...outcome, failure: { ...failure, message: `${failure.message}; ${NOT_SHARED}` } };
}

function withWarning(outcome: Outcome, warning: string): Outcome {
  return { ...outcome, warnings: [...outcome.warnings, warning] };
}
