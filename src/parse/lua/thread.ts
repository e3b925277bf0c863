/** The entry of the thread in which a Lua workflow file is evaluated, once, and the thread ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { installMemoryGuard } from './memory-guard.ts';
import type { EvaluationRequest } from './wire.ts';

const guard = installMemoryGuard();
// The interpreter is loaded afterwards, so that it finds the guarded arrays.
const { evaluate } = await import('./run.ts');
parentPort?.postMessage(evaluate(workerData as EvaluationRequest, guard));
