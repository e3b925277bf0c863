/** Standard output and error as the commands use them, safe against a reader that goes away. */
import type { WriteStream } from 'node:tty';
import { visiblePainted } from '../terminal/visible.ts';

export interface Output {
  readonly isTerminal: boolean;
  /** Columns and rows now; 80 × 24 where there is no terminal. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly write: (data: string | Uint8Array) => void;
  /** Each with a line end after it. */
  readonly lines: (lines: readonly string[]) => void;
}

export interface Console {
  readonly out: Output;
  readonly err: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Called once, as soon as nobody reads standard output any more. */
  readonly onReaderGone: (listener: () => void) => void;
  readonly readerGone: () => boolean;
  /** The whole of standard input. */
  readonly readInput: () => Promise<string>;
  /** Asks the person at the terminal; absent where there is none. Nothing if they end their input, or `gone` is aborted. */
  readonly ask?: (question: string, isHidden: boolean, gone?: AbortSignal) => Promise<string | undefined>;
}

export function createConsole(process: NodeJS.Process): Console {
  let gone = false;
  let above: ((write: () => void) => void) | undefined;
  const listeners: (() => void)[] = [];
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (gone) return;
    gone = true;
    if (error.code !== 'EPIPE') process.stderr.write(`error: Standard output cannot be written: ${error.message}\n`);
    for (const listener of listeners) listener();
  });
  process.stderr.on('error', () => undefined);
  return {
    out: outputTo(process.stdout, { isGone: () => gone, above: () => above }),
    err: outputTo(process.stderr, { isGone: () => false, above: () => above }),
    env: process.env,
    cwd: process.cwd(),
    onReaderGone: (listener) => void listeners.push(listener),
    readerGone: () => gone,
    readInput: async () => (await import('./ask.ts')).readAll(process.stdin),
    ...(process.stdin.isTTY === true &&
      process.stderr.isTTY === true && {
        ask: async (question, isHidden, gone) => {
          const { ask } = await import('./ask.ts');
          return ask(process, { question, isHidden, gone, onOpen: (now) => (above = now) });
        },
      }),
  };
}

/** Names of files and words of the command line come here as they are. A text of several lines keeps them. */
function visibleLines(text: string): string {
  return text.includes('\n') ? text.split('\n').map(visiblePainted).join('\n') : visiblePainted(text);
}

interface Surroundings {
  readonly isGone: () => boolean;
  /** Writes something where a question stands that is being answered. */
  readonly above: () => ((write: () => void) => void) | undefined;
}

function outputTo(stream: WriteStream & { fd: number }, { isGone, above }: Surroundings): Output {
  const write = (data: string | Uint8Array): void => {
    if (isGone()) return;
    const put = stream.isTTY === true ? above() : undefined;
    if (put === undefined) stream.write(data);
    else put(() => void stream.write(data));
  };
  return {
    isTerminal: stream.isTTY === true,
    size: () => ({ columns: stream.columns || 80, rows: stream.rows || 24 }),
    write,
    lines: (lines) => {
      if (lines.length > 0) write(`${lines.map(visibleLines).join('\n')}\n`);
    },
  };
}
