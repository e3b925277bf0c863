/** A thread's connection to the spawner. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { frame, frameReader } from './protocol.ts';
import type { Ending, SpawnRequest } from './protocol.ts';

/** Between asking a process group to end and ending it. */
const GRACE_MS = 2000;
const LARGEST_READ = 64 * 1024;

/** `lost` means that the spawner is gone, with whatever it had started. */
export type ProcessEnding = Ending | { readonly kind: 'lost' };

export interface ProcessClient {
  /** Runs a process to the end of everything that it started. When `stopped` aborts, its group is asked to end, and ended 2 seconds later. */
  run(
    request: SpawnRequest,
    output: (stream: 'stdout' | 'stderr', chunk: Buffer) => void,
    stopped: AbortSignal,
  ): Promise<ProcessEnding>;
}

interface Running {
  output(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  ended(ending: ProcessEnding): void;
}

/** Rejects when nobody listens on the socket. */
export async function connectToSpawner(path: string): Promise<ProcessClient & { readonly open: boolean }> {
  const running = new Map<number, Running>();
  const read = reader(running);
  const socket = connect({
    path,
    // A buffer of its own for each of many small reads would keep the collector busy.
    onread: {
      buffer: Buffer.allocUnsafeSlow(LARGEST_READ),
      callback: (size, buffer) => {
        read(Buffer.from(buffer.subarray(0, size)));
        return true;
      },
    },
  });
  await once(socket, 'connect');
  let last = 0;
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const process of running.values()) process.ended({ kind: 'lost' });
    running.clear();
  });
  socket.unref();
  return {
    get open() {
      return !socket.destroyed;
    },
    run: (request, output, stopped) => runOn(socket, running, ++last, request, output, stopped),
  };
}

function reader(running: Map<number, Running>): (chunk: Buffer) => void {
  return frameReader((kind, id, payload) => {
    const process = running.get(id);
    if (process === undefined) return;
    if (kind === 'stdout' || kind === 'stderr') process.output(kind, payload);
    else if (kind === 'ending') process.ended(JSON.parse(payload.toString()));
  });
}

async function runOn(
  socket: Socket,
  running: Map<number, Running>,
  id: number,
  request: SpawnRequest,
  output: Running['output'],
  stopped: AbortSignal,
): Promise<ProcessEnding> {
  if (socket.destroyed) return { kind: 'lost' };
  const stop = (): void => void socket.write(frame('stop', id, GRACE_MS));
  socket.ref();
  const ending = new Promise<ProcessEnding>((ended) => running.set(id, { output, ended }));
  socket.write(frame('spawn', id, request));
  if (stopped.aborted) stop();
  else stopped.addEventListener('abort', stop, { once: true });
  const result = await ending;
  stopped.removeEventListener('abort', stop);
  running.delete(id);
  if (running.size === 0) socket.unref();
  return result;
}
