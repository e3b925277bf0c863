/** A thread's entry: an assignment in, a report out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Assignment, Printed, Report, Settled, Started, ThreadSetup } from './contract.ts';
import { askThrough } from './memory/mailbox.ts';
import { loadOrSayWhyNot, perform } from './perform.ts';
import { performItems } from './perform-items.ts';
import { received } from './setup-letter.ts';
import { Stops } from './stops.ts';
import { threadClock } from './thread-clock.ts';

/**
 * Piscina counts the thread as ready when this has settled: the language is warm when the first job comes. It must never be built
 * as an ES module: a thread that is ended while Node tries to `require` one takes the process with it.
 */
const run: Promise<(assignment: Assignment | undefined) => Promise<Report | undefined>> = boot(
  received(workerData as SharedArrayBuffer),
);
export default run;

async function boot(setup: ThreadSetup): Promise<(assignment: Assignment | undefined) => Promise<Report | undefined>> {
  const runner = await loadOrSayWhyNot(setup);
  const clock = threadClock();
  const stops = new Stops(setup.stops);
  return async (assignment) => {
    // Nothing but a reason to boot.
    if (assignment === undefined) return undefined;
    const tell = (message: Started | Printed | Settled): void => parentPort?.postMessage(message);
    const surroundings = {
      clock,
      stopped: stops.signalFor(assignment.id, assignment.job.runtime === 'native'),
      tell,
      ask: assignment.mailbox && askThrough(assignment.mailbox),
    };
    const { items } = assignment.job;
    if (items === undefined) return perform(runner, assignment, surroundings);
    return performItems(assignment, items, surroundings, {
      perform: (one, its) => perform(runner, one, its),
      tellSettled: tell,
    });
  };
}
