/** The helper process that starts all host processes of a run: small, so that starting one stays cheap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from './child.ts';
import { serveThread } from './connection.ts';
import { escapees } from './escapees.ts';
import { fifoPool } from './fifos.ts';
import { processStarter } from './start-process.ts';

/** A socket's path has 103 bytes on every system; the directory and the socket in it take 20 of them. */
const LONGEST_TMPDIR = 80;

/** Its life is its standard input's: when the engine ends in whatever way, that closes. */
function main(): void {
  const directory = mkdtempSync(join(shortTmpdir(), 'hwfe-'));
  const socket = join(directory, 'spawner');
  const marker = `${directory.slice(directory.lastIndexOf('hwfe-'))}.`;
  const fifos = fifoPool(directory);
  const startProcess = processStarter();
  const alive = new Set<Child>();
  let accepted = 0;

  const server = createServer((stream) => {
    serveThread(stream, `${marker}${accepted++}`, fifos, startProcess, alive);
  });
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    for (const child of alive) child.kill();
    for (const pid of escapees(marker)) killNow(pid);
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  process.stdin.on('close', end).on('error', end).resume();
  // The engine may be gone before it has heard where to connect.
  process.stdout.on('error', end);
  process.on('SIGTERM', end).on('SIGHUP', end);
  server.listen(socket, () => process.stdout.write(`${socket}\n`));
}

/** A longer name of a socket is cut short without a word. */
function shortTmpdir(): string {
  return Buffer.byteLength(tmpdir()) > LONGEST_TMPDIR ? '/tmp' : tmpdir();
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

main();
