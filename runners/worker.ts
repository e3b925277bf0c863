/** A thread's entry: an assignment in, a report out. */
import { parentPort, workerData } from 'node:worker_threads';
import { bounded } from './bounded.ts';
import type {
  Assignment,
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
import { Printer } from './printer.ts';
import { received } from './setup-letter.ts';
import { Stops } from './stops.ts';
import { type ThreadClock, threadClock } from './thread-clock.ts';

/** Piscina awaits this before it counts the thread as ready: the language is warm when the first job comes. */
const ready: Promise<(assignment: Assignment) => Promise<Report>> = boot(received(workerData as SharedArrayBuffer));
export default ready;

async function boot(setup: ThreadSetup): Promise<(assignment: Assignment) => Promise<Report>> {
  const runner = await loadOrSayWhyNot(setup);
  const clock = threadClock();
  const stops = new Stops(setup.stops);
  return (assignment) => runAssignment(runner, assignment, { clock, stops });
}

/** A thread that dies while it boots leaves its jobs waiting in Piscina's queue; so it lives, and every job hears why. */
async function loadOrSayWhyNot(setup: ThreadSetup): Promise<Runner> {
  try {
    const load = await loaderFor(setup);
    return await load(setup);
  } catch (error) {
    const message = `The ${setup.language} runtime could not be started: ${error instanceof Error ? error.message : String(error)}`;
    const outcome: Outcome = { ok: false, failure: { reason: 'runtime-missing', message }, warnings: [] };
    return { run: () => Promise.resolve(outcome) };
  }
}

interface ThreadTools {
  readonly clock: ThreadClock | undefined;
  readonly stops: Stops;
}

async function runAssignment(runner: Runner, assignment: Assignment, { clock, stops }: ThreadTools): Promise<Report> {
  const { id, job, announce } = assignment;
  const started = performance.now();
  if (announce) {
    clock?.lap(Number.POSITIVE_INFINITY);
    const thread = clock === undefined ? {} : { thread: { id: clock.id, cpuMs: clock.read() } };
    parentPort?.postMessage({ kind: 'started', id, ...thread } satisfies Started);
  }
  const send = (lines: Printed['lines']): void =>
    parentPort?.postMessage({ kind: 'printed', id, lines } satisfies Printed);
  const printer = new Printer(send, job.limits.stdout);
  let spent: Spent = {};
  const context: RunnerContext = {
    print: (stream, text) => printer.print(stream, text),
    stopped: stops.signalFor(id, job.runtime === 'native'),
    leftOut: (bytes) => printer.leaveOut(bytes),
    spent: (more) => {
      spent = { ...spent, ...more };
    },
  };
  const outcome = bounded(await runner.run(job, context));
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

function withWarning(outcome: Outcome, warning: string): Outcome {
  return { ...outcome, warnings: [...outcome.warnings, warning] };
}
