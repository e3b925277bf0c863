/** Has a Lua file evaluated in a thread of its own, which is ended in time whatever the file does. */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Evaluation, EvaluationRequest } from './wire.ts';

/** From the start of the thread; the file as a whole is told about within 2 seconds. */
const INTERPRETER_STOPS_MS = 1200;
const THREAD_ENDS_MS = 1500;
const HEAP_MB = 128;

/** Never rejects because of what the file does. */
export async function evaluateLua(text: string, directory: string, global: string): Promise<Evaluation> {
  const request: EvaluationRequest = { text, directory, global, deadline: Date.now() + INTERPRETER_STOPS_MS };
  const thread = new Worker(createRequire(import.meta.url).resolve('#lua-file'), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Evaluation>((settle, reject) => {
      timer = setTimeout(() => settle(nothingBut('timeout')), THREAD_ENDS_MS);
      thread.once('message', settle);
      thread.once('error', (error) => {
        if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') settle(nothingBut('memory'));
        else reject(error);
      });
      thread.once('exit', () => reject(new Error('Internal error: the thread of a Lua file ended without a word')));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function nothingBut(kind: 'timeout' | 'memory'): Evaluation {
  return { ended: { kind, place: {} }, reached: [], printed: [] };
}
