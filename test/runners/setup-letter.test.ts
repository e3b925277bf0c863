// The letter box in which a booting thread finds its setup.
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import type { ThreadSetup } from '../../runners/contract.ts';
import { deliver, emptyLetter, received } from '../../runners/setup-letter.ts';

const SETUP: ThreadSetup = {
  language: 'lua',
  runtime: 'embedded',
  cacheDir: '/tmp/ä"\\',
  wasi: true,
  ownsProcess: false,
};

it('a setup that was delivered is received whole, any number of times', () => {
  const letter = emptyLetter();
  deliver(letter, SETUP);
  expect([received(letter), received(letter)]).toEqual([SETUP, SETUP]);
});

it('a thread that waits for its letter can be ended, and one that gets it goes on', async () => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage('waits');
    Atomics.wait(new Int32Array(workerData, 0, 1), 0, 0);
    parentPort.postMessage('goes on');`;
  const heard = (thread: Worker): Promise<unknown> => new Promise((resolve) => thread.once('message', resolve));
  const ended = new Worker(source, { eval: true, workerData: emptyLetter() });
  expect(await heard(ended)).toBe('waits');
  expect(await ended.terminate()).toBe(1);

  const letter = emptyLetter();
  const told = new Worker(source, { eval: true, workerData: letter });
  expect(await heard(told)).toBe('waits');
  const next = heard(told);
  deliver(letter, SETUP);
  expect(await next).toBe('goes on');
  await told.terminate();
});

it('a setup that does not fit is our own mistake', () => {
  expect(() => deliver(emptyLetter(), { ...SETUP, cacheDir: 'x'.repeat(40_000) })).toThrow('Internal error');
});
