/** Talks with the person at the terminal about one question: below the view where there is one that redraws itself, else in plain lines. */
import { visible } from '../terminal/visible.ts';
import type { Console } from './console.ts';
import { openKeyboard, type Typed } from './keyboard.ts';
import type { Below } from './report.ts';

export interface Talk {
  /** Nothing if they want no more, or nobody needs the answer any more. */
  ask(prompt: string): Promise<string | undefined>;
  tell(line: string): void;
  end(): void;
}

export function talkBelow(view: Below, stdin: NodeJS.ReadableStream, question: string, gone: AbortSignal): Talk {
  const lines = [question];
  let prompt = '';
  const show = ({ text, cursor }: Typed): void => view.type({ lines, prompt, text, cursor });
  const keyboard = openKeyboard(stdin, show);
  gone.addEventListener('abort', () => keyboard.close(), { once: true });
  return {
    async ask(text) {
      prompt = text;
      show({ text: '', cursor: 0 });
      const typed = await keyboard.line();
      if (typed !== undefined) lines.push(`${text}${visible(typed)}`);
      return typed;
    },
    tell: (line) => void lines.push(line),
    end() {
      keyboard.close();
      // What was asked and said stays, like all that was printed.
      view.keep(lines);
      view.type(undefined);
    },
  };
}

export function talkPlain(console: Console, question: string, gone: AbortSignal): Talk {
  console.err.lines(['', question]);
  return {
    ask: (prompt) => console.ask!(prompt, false, gone),
    tell: (line) => console.err.lines([line]),
    end: () => undefined,
  };
}
