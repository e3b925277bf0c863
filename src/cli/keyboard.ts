/** Takes what a person types without showing it, for a view that shows it itself. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

export interface Typed {
  readonly text: string;
  /** Where in `text` the next character goes. */
  readonly cursor: number;
}

export interface Keyboard {
  /** Nothing if the person ends the input or cancels, or once it is closed. */
  line(): Promise<string | undefined>;
  close(): void;
}

/** Lines that are typed before they are asked for are kept; `onChange` is told all that is typed of the one at hand. */
export function openKeyboard(stdin: NodeJS.ReadableStream, onChange: (typed: Typed) => void): Keyboard {
  const lines: string[] = [];
  let isClosed = false;
  let next: ((line: string | undefined) => void) | undefined;
  // What the line editor would draw says no more than that something has changed.
  const output = new Writable({
    write(_chunk, _encoding, done) {
      if (!isClosed) onChange({ text: editor.line, cursor: editor.cursor });
      done();
    },
  });
  const editor: Interface = createInterface({ input: stdin, output, terminal: true, historySize: 0, prompt: '' });
  function give(line: string | undefined): void {
    const waiting = next;
    next = undefined;
    waiting?.(line);
  }
  editor.on('line', (line) => {
    if (next === undefined) lines.push(line);
    else give(line);
  });
  editor.on('close', () => {
    isClosed = true;
    give(undefined);
  });
  editor.on('SIGINT', () => editor.close());
  // It has paused what it reads.
  editor.on('SIGCONT', () => editor.resume());
  return {
    line: () => {
      const ready = lines.shift();
      if (ready !== undefined || isClosed) return Promise.resolve(ready);
      return new Promise((resolve) => (next = resolve));
    },
    close: () => editor.close(),
  };
}
