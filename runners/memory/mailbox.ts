/** The way from a thread to its engine's shared memory: a port that takes questions, and a cell that counts the answers. */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Answer, Ask, Question } from '../slot/errands.ts';

export interface Mailbox {
  readonly port: MessagePort;
  readonly cells: Int32Array;
}

export interface MailedQuestion {
  readonly question: Question;
  readonly bytes: Uint8Array;
}

export interface MailedAnswer {
  readonly answer: Answer;
  readonly bytes: Uint8Array;
}

/** The thread stands still until the answer is there. */
export function askThrough({ port, cells }: Mailbox): Ask {
  return (question, bytes = new Uint8Array()) => {
    const before = Atomics.load(cells, 0);
    port.postMessage({ question, bytes } satisfies MailedQuestion);
    // What woke the thread for the last answer may come only now, where the engine was held up in between.
    while (Atomics.load(cells, 0) === before) Atomics.wait(cells, 0, before);
    const received = receiveMessageOnPort(port) as { message: MailedAnswer } | undefined;
    if (received === undefined) throw new Error('Internal error: the shared memory gave no answer');
    return received.message;
  };
}
