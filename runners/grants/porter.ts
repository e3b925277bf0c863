/** A thread that carries requests for a language that stands still meanwhile, and does what a slot asks for. */
import { parentPort, workerData } from 'node:worker_threads';
import { ErrandRunner } from './errand-runner.ts';
import { ANSWERS, type Carried, type Errand, type PorterSetup, type SlotErrand, THERE } from './errand.ts';
import { Network } from './network.ts';

const setup = workerData as PorterSetup | undefined;
if (setup === undefined) serveSlot();
else serveThread(setup);

function serveThread({ port, cells }: PorterSetup): void {
  port.on('message', (errand: Errand) => void carry(errand));
  Atomics.store(cells, THERE, 1);
  Atomics.notify(cells, THERE);

  async function carry({ grants, limits, request, body }: Errand): Promise<void> {
    const network = new Network(grants, limits);
    const answer = await network.fetch(request, body);
    const { denied, exceeded } = network;
    port.postMessage({ answer, denied, exceeded } satisfies Carried);
    Atomics.add(cells, ANSWERS, 1);
    Atomics.notify(cells, ANSWERS);
  }
}

function serveSlot(): void {
  let runner: ErrandRunner | undefined;
  parentPort?.on('message', (errand: SlotErrand) => void take(errand));

  async function take(errand: SlotErrand): Promise<void> {
    if (errand.kind === 'begin') {
      runner?.close();
      runner = new ErrandRunner(errand.grants, errand.limits, errand.workdir);
      return;
    }
    try {
      parentPort?.postMessage(await runner!.do(errand.question, errand.bytes));
    } catch (error) {
      parentPort?.postMessage({ refused: error instanceof Error ? error.message : String(error) });
    }
  }
}
