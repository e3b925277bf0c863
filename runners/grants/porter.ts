/** A thread that carries requests for a language that stands still meanwhile. */
import { workerData } from 'node:worker_threads';
import { ANSWERS, type Carried, type Errand, type PorterSetup, THERE } from './errand.ts';
import { Network } from './network.ts';

const { port, cells } = workerData as PorterSetup;
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
