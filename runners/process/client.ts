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

/** Rejects when nobody listens on the socket. */
export async function connectToSpawner(path: string): Promise<ProcessClient & { readonly open: boolean }> {
  let channel = await openChannel(path, move);
  // Steps that run stay with the spawner that started them.
  function move(to: string): void {
    void openChannel(to, move).then(
      (next) => {
        channel.retire();
        channel = next;
      },
      () => undefined,
    );
  }
  return {
    get open() {
      return channel.open;
    },
    run: (request, output, stopped) => channel.run(request, output, stopped),
  };
}

interface Channel extends ProcessClient {
  readonly open: boolean;
  /** Closes it as soon as nothing runs on it. */
  retire(): void;
}

interface Running {
  output(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  ended(ending: ProcessEnding): void;
}

async function openChannel(path: string, move: (to: string) => void): Promise<Channel> {
  const running = new Map<number, Running>();
  const read = reader(running, move);
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
  let retired = false;
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
    async run(request, output, stopped) {
      const ending = await runOn(socket, running, ++last, request, output, stopped);
      if (retired && running.size === 0) socket.end();
      return ending;
    },
    retire() {
      retired = true;
      if (running.size === 0) socket.end();
    },
  };
}

function reader(running: Map<number, Running>, move: (to: string) => void): (chunk: Buffer) => void {
  return frameReader((kind, id, payload) => {
    if (kind === 'move') {
      move(JSON.parse(payload.toString()));
      return;
    }
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
