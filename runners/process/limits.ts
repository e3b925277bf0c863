/** A job's limits, as its processes are held to them. */
import type { Job, Limits, StepFailure } from '../contract.ts';
import { overLimit } from '../limits.ts';
import type { ProcessEnding } from './client.ts';
import type { SpawnRequest } from './protocol.ts';

/** Units of `ulimit -f` in a POSIX shell, in bytes. */
const BLOCK = 512;
/** What a shell says of a command that was ended by SIGXFSZ. */
const FILE_SIZE_STATUS = 128 + 25;

/** Adds the limits to what the spawner is asked to start. */
export function withLimits(request: SpawnRequest, { memory, cpu, processes, files }: Limits): SpawnRequest {
  const isWatched = memory !== undefined || cpu !== undefined || processes !== undefined;
  const watched = {
    ...(memory !== undefined && { memory }),
    ...(cpu !== undefined && { cpu }),
    ...(processes !== undefined && { processes }),
  };
  const blocks = String(Math.ceil((files ?? 0) / BLOCK));
  const limiter = ['/bin/sh', '-c', 'ulimit -f "$1" && shift && exec "$@"', 'sh', blocks];
  return {
    ...request,
    argv: files === undefined ? request.argv : [...limiter, ...request.argv],
    ...(isWatched && { limits: watched }),
  };
}

/** Nothing when the processes stayed within their limits; `words` is what they said of their end. */
export function overLimitOf(ending: ProcessEnding, { limits }: Job, words: string): StepFailure | undefined {
  if ('over' in ending && ending.over !== undefined) return overLimit(ending.over, limits);
  if (limits.files === undefined || (ending.kind === 'exited' && ending.status === 0)) return undefined;
  const isSignalled = ending.kind === 'killed' && ending.signal === 'SIGXFSZ';
  const isTold = ending.kind === 'exited' && ending.status === FILE_SIZE_STATUS;
  return isSignalled || isTold || /EFBIG|File too large/.test(words) ? overLimit('files', limits) : undefined;
}
