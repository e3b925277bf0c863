/** The engine's end of a thread's way to the shared memory. */
import { MessageChannel } from 'node:worker_threads';
import type { MailedQuestion, Mailbox } from '../../runners/memory/mailbox.ts';
import type { MemoryHost } from './shared-memory.ts';

export interface OpenMailbox {
  /** For the thread; its port is to be transferred. */
  readonly mailbox: Mailbox;
  close(): void;
}

export function openMailbox(memory: MemoryHost): OpenMailbox {
  const { port1, port2: port } = new MessageChannel();
  const cells = new Int32Array(new SharedArrayBuffer(4));
  port1.on('message', (asked: MailedQuestion) => {
    port1.postMessage(memory.answer(asked));
    Atomics.add(cells, 0, 1);
    Atomics.notify(cells, 0);
  });
  return { mailbox: { port, cells }, close: () => port1.close() };
}
