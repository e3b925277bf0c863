/** A person, or a pipe, and a step's prompt: takes lines, sends one whenever the step is ready, and shows what it says. */
import { createInterface, type Interface } from 'node:readline';
import type { Language, PrintedLine } from '../../runners/contract.ts';
import { CLEAR, END, ERROR, MORE, READY, TEXT } from '../../runners/prompt/typing.ts';
import type { RunEvent } from '../model/event.ts';
import { visibleLine } from '../terminal/visible.ts';
import type { Console } from './console.ts';

export interface ConversationOptions {
  readonly console: Console;
  readonly key: string;
  readonly language: Language;
  /** It says that it is ready on both of its streams. */
  readonly isProcess: boolean;
  /** The step's own. */
  readonly code: string;
  /** Their names. */
  readonly inputs: readonly string[];
  readonly send: (message: string) => void;
}

const HELP = [
  ':help   this list',
  ':code   show the code of the step',
  ':load   run the code of the step here, so that what it defines is there',
  ':inputs the names of the inputs',
  ':clear  forget the lines of an entry that is not complete',
  ':quit   end the prompt, as Ctrl-D does',
];

export class Conversation {
  readonly #options: ConversationOptions;
  readonly #lines: string[] = [];
  #interface: Interface | undefined;
  #isOver = false;
  /** What the step waits for; nothing while it works. */
  #waiting: 'ready' | 'more' | undefined;
  #readiness = 0;
  #kill: () => void = () => undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  begin(step: string, run: string, kill: () => void): void {
    const { console, language, inputs } = this.#options;
    this.#kill = kill;
    const isTerminal = process.stdin.isTTY && console.err.isTerminal;
    if (isTerminal) {
      const names = inputs.length === 0 ? 'it has no inputs' : `inputs: ${inputs.join(', ')}`;
      console.err.lines([`Step "${step}" of ${run}, ${language}; ${names}. :help lists what the prompt itself takes.`]);
    }
    this.#interface = createInterface({
      input: process.stdin,
      ...(isTerminal && { output: process.stderr, terminal: true }),
    });
    this.#interface.on('line', (line) => this.#take(line));
    this.#interface.on('close', () => {
      this.#isOver = true;
      this.#next();
    });
    this.#interface.on('SIGINT', () => {
      // What runs cannot be told to stop by itself; a half entry can be given up.
      if (this.#waiting === undefined) this.#kill();
      else this.#take(':clear');
    });
  }

  end(): void {
    this.#isOver = true;
    this.#interface?.close();
  }

  onEvent(event: RunEvent): void {
    if (event.kind === 'step-printed') for (const line of event.lines) this.#show(line);
    if (event.kind === 'step-warned') this.#options.console.err.lines([`warning: ${event.message}`]);
  }

  #show({ stream, text }: PrintedLine): void {
    const { console, key, isProcess } = this.#options;
    const at = text.indexOf(key);
    const output = stream === 'stdout' ? console.out : console.err;
    if (at === -1) {
      output.lines([visibleLine(text)]);
      return;
    }
    // What was printed without a line end stands before it.
    if (at > 0) output.lines([visibleLine(text.slice(0, at))]);
    const said = text.slice(at + key.length);
    if (said.startsWith(ERROR)) console.err.lines([visibleLine(said.slice(ERROR.length))]);
    if (said !== READY && said !== MORE) return;
    this.#readiness += 1;
    if (isProcess && this.#readiness < 2) return;
    this.#readiness = 0;
    this.#waiting = said === READY ? 'ready' : 'more';
    this.#next();
  }

  #take(line: string): void {
    this.#lines.push(line);
    this.#next();
  }

  /** Sends the next line if the step waits for one; asks for one where there is none. */
  #next(): void {
    while (this.#waiting !== undefined) {
      const line = this.#lines.shift();
      if (line === undefined) {
        if (this.#isOver) this.#send(END);
        else this.#ask();
        return;
      }
      const message = this.#messageFor(line);
      if (message !== undefined) this.#send(message);
    }
  }

  #send(message: string): void {
    this.#waiting = undefined;
    this.#options.send(message);
  }

  #ask(): void {
    if (this.#interface?.terminal !== true) return;
    const name = this.#options.language === 'shell' ? '$' : `${this.#options.language}>`;
    this.#interface.setPrompt(this.#waiting === 'ready' ? `${name} ` : `${'.'.repeat(name.length)} `);
    this.#interface.prompt();
  }

  /** Nothing for what the prompt itself answers. */
  #messageFor(line: string): string | undefined {
    const { console, code, inputs, language } = this.#options;
    switch (line.trim()) {
      case ':help':
        console.err.lines(HELP);
        return undefined;
      case ':code':
        console.err.lines(code.trim().split('\n').map(visibleLine));
        return undefined;
      case ':inputs':
        console.err.lines([inputs.join(', ')]);
        return undefined;
      case ':load':
        // An empty line ends a block of Python.
        return `${TEXT}${code.trim()}${language === 'python' ? '\n' : ''}`;
      case ':clear':
        return CLEAR;
      case ':quit':
      case ':q':
        this.end();
        return END;
      default:
        return TEXT + line;
    }
  }
}
