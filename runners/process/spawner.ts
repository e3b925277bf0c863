/** The helper process that starts all host processes of a run: small, so that starting one stays cheap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import { escapees } from './escapees.ts';
import { fifoPool } from './fifos.ts';
import type { FifoPool } from './fifos.ts';
import { frame, frameHeader, frameReader } from './protocol.ts';
import type { SpawnRequest } from './protocol.ts';

/** Its life is its standard input's: when the engine ends in whatever way, that closes. */
function main(): void {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-'));
  const socket = join(directory, 'spawner');
  const marker = directory.slice(directory.lastIndexOf('hwfe-'));
  const fifos = fifoPool(directory);
  const alive = new Set<Child>();
  let connections = 0;
  const server = createServer((connection) => serve(connection, `${marker}.${connections++}`, fifos, alive));
  const end = (): never => {
    for (const child of alive) child.kill();
    for (const pid of escapees(`${marker}.`)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        continue;
      }
    }
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  process.stdin.on('close', end).on('error', end).resume();
  process.on('SIGTERM', end).on('SIGHUP', end);
  server.listen(socket, () => process.stdout.write(`${socket}\n`));
}

/** One thread: when its connection closes, whatever it had started is killed. */
function serve(connection: Socket, marker: string, fifos: FifoPool, alive: Set<Child>): void {
  const children = new Map<number, Child>();
  const send = (...chunks: Buffer[]): void => {
    if (connection.destroyed) return;
    for (const chunk of chunks) connection.write(chunk);
    if (connection.writableNeedDrain) for (const child of children.values()) child.pause();
  };
  const read = frameReader((kind, id, payload) => {
    if (kind === 'stop') {
      children.get(id)?.stop(Number(payload.toString()));
      return;
    }
    const request: SpawnRequest = JSON.parse(payload.toString());
    const child = startChild(request, `${marker}.${id};`, fifos, {
      output: (stream, chunk) => send(frameHeader(stream, id, chunk.length), chunk),
      ended: (ending) => {
        children.delete(id);
        alive.delete(child);
        send(frame('ending', id, ending));
      },
    });
    children.set(id, child);
    alive.add(child);
  });
  connection.on('data', read);
  connection.on('drain', () => {
    for (const child of children.values()) child.resume();
  });
  connection.on('error', () => connection.destroy());
  connection.on('close', () => {
    for (const child of children.values()) child.kill();
  });
}

main();
