/** Reads what a person or a program writes on standard input. */
import { createInterface } from 'node:readline';

/** Nothing if the input ends, the person cancels, or `gone` is aborted. What is hidden does not show while it is typed. */
export function ask(
  { stdin, stderr }: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
  question: string,
  isHidden: boolean,
  gone?: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stdin, output: stderr, terminal: true, historySize: 0 });
    gone?.addEventListener('abort', () => lines.close(), { once: true });
    let answer: string | undefined;
    lines.on('close', () => {
      if (isHidden || answer === undefined) stderr.write('\n');
      resolve(answer);
    });
    lines.on('SIGINT', () => lines.close());
    lines.question(question, (text) => {
      answer = text;
      lines.close();
    });
    // The question stands there by now; what is typed would follow it.
    if (isHidden) Object.assign(lines, { _writeToOutput: () => undefined });
  });
}

export async function readAll(stdin: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}
