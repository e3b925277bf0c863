/** A lock between the processes of a machine, which the system frees when its holder dies. */
import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { LockHolder } from '../model/event.ts';
import { hasLocks } from './has-locks.ts';
import { fail, ok, type Result } from '../model/result.ts';

export interface HeldLock {
  release(): void;
}

export interface LockWish {
  readonly name: string;
  readonly holder: Omit<LockHolder, 'since'>;
  /** Called each time it is found to be another's; nothing where that one does not say who it is. */
  readonly onTaken: (holder: LockHolder | undefined) => void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** Whoever waited longest gets so much time to take what was released before the others are told. */
const HEAD_START_MS = 25;
const PAUSE_MS = 20;
const LONGEST_LINE = 4096;

/**
 * Holding is to listen on a name that only one socket has; waiting is to stay connected to it, until the holder closes it or the
 * system does. Nothing is asked again and again, and nothing is left behind. Nothing is given back where the wait was ended;
 * the error is a sentence.
 */
export async function takeLock(wish: LockWish): Promise<Result<HeldLock | undefined, string>> {
  if (!hasLocks()) return fail(`Locks need Linux, and this is ${process.platform}; leave out "lock"`);
  const address = addressOf(wish.name);
  while (!wish.signal.aborted) {
    const listening = await listen(address, { ...wish.holder, since: Date.now() });
    if (!(listening instanceof Error)) {
      if (!wish.signal.aborted) return ok(listening);
      listening.release();
      break;
    }
    const code = 'code' in listening ? String(listening.code) : listening.message;
    if (code !== 'EADDRINUSE') return fail(`The lock ${JSON.stringify(wish.name)} cannot be taken (${code})`);
    await untilFree(address, wish);
  }
  return ok(undefined);
}

/** A name of the kernel's own, not a file; that of another user is another. */
function addressOf(name: string): string {
  const user = process.getuid?.() ?? 0;
  return `\0hwfe-lock-${user}-${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;
}

function listen(address: string, holder: LockHolder): Promise<HeldLock | Error> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => waiting.delete(socket));
    socket.resume();
    socket.write(`${JSON.stringify(holder)}\n`);
  });
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(address, () => {
      server.removeAllListeners('error');
      resolve({ release: () => letGo(server, waiting) });
    });
  });
}

function letGo(server: Server, waiting: ReadonlySet<Socket>): void {
  server.close();
  const [first, ...others] = waiting;
  first?.destroy();
  const tellOthers = (): void => {
    for (const socket of others) socket.destroy();
  };
  if (others.length > 0) setTimeout(tellOthers, HEAD_START_MS);
}

/** Resolves once it is worth trying again. */
function untilFree(address: string, { onTaken, signal }: LockWish): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let said = '';
    let isTold = false;
    const tell = (holder: LockHolder | undefined): void => {
      if (isTold || signal.aborted) return;
      isTold = true;
      onTaken(holder);
    };
    const end = (): void => void socket.destroy();
    signal.addEventListener('abort', end);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      said = (said + text).slice(0, LONGEST_LINE);
      if (said.includes('\n')) tell(holderFrom(said));
    });
    let isBusy = false;
    socket.on('error', () => (isBusy = true));
    socket.on('close', () => {
      signal.removeEventListener('abort', end);
      // It went away as we asked, or more wait than the system keeps.
      if (isBusy && !signal.aborted) setTimeout(resolve, PAUSE_MS);
      else resolve();
    });
  });
}

/** Any program could listen there. */
function holderFrom(said: string): LockHolder | undefined {
  try {
    const { pid, run, step, since } = JSON.parse(said.slice(0, said.indexOf('\n'))) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof run !== 'string' || typeof since !== 'number') return undefined;
    return { pid, run, since, ...(typeof step === 'string' && { step }) };
  } catch {
    return undefined;
  }
}
