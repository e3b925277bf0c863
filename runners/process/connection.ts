/** The spawner's end of a thread's connection. */
import type { Socket } from 'node:net';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { FifoPool } from './fifos.ts';
import { frame, frameHeader, frameReader } from './protocol.ts';
import type { SpawnRequest } from './protocol.ts';
import type { StartProcess } from './start-process.ts';

/** Serves one thread; when its connection closes, whatever it had started is killed. `alive` holds the children while they live. */
export function serveThread(
  stream: Socket,
  marker: string,
  fifos: FifoPool,
  startProcess: StartProcess,
  alive: Set<Child>,
): void {
  const children = new Map<number, Child>();
  const send = (...chunks: Buffer[]): void => {
    if (stream.destroyed) return;
    stream.cork();
    for (const chunk of chunks) stream.write(chunk);
    stream.uncork();
    if (stream.writableNeedDrain) for (const child of children.values()) child.pause();
  };
  const start = (id: number, request: SpawnRequest): void => {
    const child = startChild(request, `${marker}.${id};`, fifos, startProcess, {
      output: (name, chunk) => send(frameHeader(name, id, chunk.length), chunk),
      ended: (ending) => {
        children.delete(id);
        alive.delete(child);
        send(frame('ending', id, ending));
      },
    });
    children.set(id, child);
    alive.add(child);
  };
  const read = frameReader((kind, id, payload) => {
    if (kind === 'stop') children.get(id)?.stop(Number(payload.toString()));
    else if (kind === 'spawn') start(id, JSON.parse(payload.toString()));
  });
  void fifos.ready.then(() => stream.on('data', read));
  stream.on('drain', () => {
    for (const child of children.values()) child.resume();
  });
  stream.on('error', () => stream.destroy());
  stream.on('close', () => {
    for (const child of children.values()) child.kill();
  });
}
