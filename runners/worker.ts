/** A thread's entry: an assignment in, a report out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Assignment, Outcome, Printed, Report, Runner, RunnerContext, Started, ThreadSetup } from './contract.ts';
import { loaderFor } from './languages.ts';
import { Printer } from './printer.ts';

/** Piscina awaits this before it counts the thread as ready: the language is warm when the first job comes. */
const ready: Promise<(assignment: Assignment) => Promise<Report>> = boot(workerData as ThreadSetup);
export default ready;

async function boot(setup: ThreadSetup): Promise<(assignment: Assignment) => Promise<Report>> {
  const runner = await loadOrSayWhyNot(setup);
  return (assignment) => runAssignment(runner, assignment);
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

async function runAssignment(runner: Runner, { id, job, stop, announce }: Assignment): Promise<Report> {
  const started = performance.now();
  if (announce) parentPort?.postMessage({ kind: 'started', id } satisfies Started);
  const printer = new Printer((lines) => parentPort?.postMessage({ kind: 'printed', id, lines } satisfies Printed));
  const context: RunnerContext = {
    print: (stream, text) => printer.print(stream, text),
    stopped: stopSignal(stop),
  };
  const outcome = await runner.run(job, context);
  stop?.close();
  const lines = printer.finish();
  return { outcome, batches: printer.batches, lines, usage: { wallMs: performance.now() - started } };
}

const NEVER: AbortSignal = new AbortController().signal;

function stopSignal(stop: Assignment['stop']): AbortSignal {
  if (stop === undefined) return NEVER;
  const controller = new AbortController();
  stop.once('message', () => controller.abort());
  return controller.signal;
}
