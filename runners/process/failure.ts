/** Why a host process never started, or was lost. */
import { statSync } from 'node:fs';
import type { Job, StepFailure } from '../contract.ts';
import type { ProcessEnding } from './client.ts';

export function notStarted(job: Job, ending: ProcessEnding & { kind: 'failed' | 'lost' }): StepFailure {
  if (ending.kind === 'lost') {
    return { reason: 'thread-lost', message: 'The helper process that starts steps ended, and the step with it' };
  }
  if (!isDirectory(job.cwd)) {
    return {
      reason: 'not-runnable',
      message: `Make the directory "${job.cwd}", where the step is to run: it does not exist`,
    };
  }
  switch (ending.code) {
    case 'E2BIG':
      return {
        reason: 'limit',
        limit: 'environment',
        message: 'Pass less through `env`: the system refused the step for the size of its environment',
      };
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return {
        reason: 'runtime-missing',
        message: `Close other programs or run fewer steps at once: the system starts no more processes (${ending.code})`,
      };
    default:
      return { reason: 'runtime-missing', message: `The system could not start the step's program (${ending.code})` };
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
