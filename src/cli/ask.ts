/** Reads what a person or a program writes on standard input. */
import { clearScreenDown, createInterface, moveCursor } from 'node:readline';

export interface Asking {
  readonly question: string;
  /** What is typed does not show. */
  readonly isHidden: boolean;
  /** Ends it when nobody needs the answer any more. */
  readonly gone?: AbortSignal | undefined;
  /** Told what writes something above the question, once it stands there; nothing, once it is over. */
  readonly onOpen?: (above: ((write: () => void) => void) | undefined) => void;
}

/** Nothing if the input ends, the person cancels, or `gone` is aborted. */
export function ask(
  { stdin, stderr }: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
  { question, isHidden, gone, onOpen }: Asking,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: true, historySize: 0 });
    gone?.addEventListener('abort', () => lines.close(), { once: true });
    let answer: string | undefined;
    lines.on('close', () => {
      onOpen?.(undefined);
      if (isHidden || answer === undefined) stderr.write('\n');
      resolve(answer);
    });
    lines.on('SIGINT', () => lines.close());
    // It has paused what it reads.
    lines.on('SIGCONT', () => lines.prompt(true));
    lines.question(question, (text) => {
      answer = text;
      lines.close();
    });
    // The question stands there by now; what is typed would follow it.
    if (isHidden) Object.assign(lines, { _writeToOutput: () => undefined });
    else
      onOpen?.((write) => {
        moveCursor(stderr, 0, -lines.getCursorPos().rows);
        stderr.write('\r');
        clearScreenDown(stderr);
        write();
        // It stands in a new place, of which the editor knows nothing.
        Object.assign(lines, { prevRows: 0 });
        lines.prompt(true);
      });
  });
}

export async function readAll(stdin: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}
