// A thread that asks for what steps share, and an engine that is slow to wake it.
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { askThrough } from '../../../runners/memory/mailbox.ts';

/** Wakes whoever waits before it answers, as one does that was held up since the answer before. */
const LATE = `
const { workerData: { port, cells } } = require('node:worker_threads');
port.on('message', ({ bytes }) => {
  Atomics.notify(cells, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  port.postMessage({ answer: { value: null }, bytes });
  Atomics.add(cells, 0, 1);
  Atomics.notify(cells, 0);
});`;

it('waits for its own answer, also when it is woken for an earlier one', async () => {
  const { port1, port2: port } = new MessageChannel();
  const cells = new Int32Array(new SharedArrayBuffer(4));
  const engine = new Worker(LATE, { eval: true, workerData: { port, cells }, transferList: [port] });
  await once(engine, 'online');
  const ask = askThrough({ port: port1, cells });
  for (const asked of [1, 2, 3]) {
    const { bytes } = ask({ ask: 'get', args: ['n'] }, Uint8Array.of(asked));
    expect([...bytes]).toEqual([asked]);
  }
  port1.close();
  await engine.terminate();
});
