/** The gate between CPython and JavaScript: every function that its WebAssembly imports, shut but for a short list before a step runs. */
import { ALLOWED, ANSWERS, answersErrno, ENDINGS, isKnown, REFUSAL, TESTED_PYODIDE } from './host-calls.ts';

/** Emscripten's table entries need more than what a call needs: signatures hang on the functions. */
export type HostCall = ((this: unknown, ...args: never[]) => unknown) & { readonly sig?: string };
export type HostCalls = Record<string, HostCall>;

/** Answers by the name of a call; each is given the original and its arguments. */
export type Answers = Readonly<Record<string, (original: HostCall, args: readonly never[]) => unknown>>;

/** Unwinds the whole WebAssembly stack: the interpreter is lost. */
export class Refused extends Error {
  constructor(name: string) {
    super(`the step reached for the host through "${name}", which is shut for steps`);
  }
}

/** The program ended itself. */
export class Left extends Error {
  constructor(name: string, status: unknown) {
    super(name === 'exit' || name === 'proc_exit' ? `it left with status ${String(status)}` : 'it was aborted');
  }
}

export class Gate {
  #answers: Answers | undefined;
  #ending: Error | undefined;

  /** Why the interpreter must not be used again, also where its own code swallowed the exception. */
  get ending(): Error | undefined {
    return this.#ending;
  }

  /** Puts a gate before every function in `calls`, in place: whatever gets at them later, gets at gates. Gives what forbids a boot. */
  wrap(calls: HostCalls): string | undefined {
    const gates = new Map<HostCall, HostCall>();
    for (const [name, call] of Object.entries(calls)) {
      if (typeof call !== 'function') return unfit(`"${name}" is no function`);
      if (ALLOWED.has(name)) continue;
      // Functions of several names have one place in the table, in a snapshot too.
      const gate = gates.get(call) ?? this.#gate(name, call);
      gates.set(call, gate);
      calls[name] = gate;
    }
    return undefined;
  }

  /** From now on, only what is allowed reaches JavaScript, and what `answers` says. */
  lock(answers: Answers): void {
    this.#answers = answers;
  }

  #gate(name: string, call: HostCall): HostCall {
    const gate = (...args: never[]): unknown =>
      this.#answers === undefined ? call(...args) : this.#answer(this.#answers, name, call, args);
    return Object.assign(gate, call);
  }

  #answer(answers: Answers, name: string, call: HostCall, args: readonly never[]): unknown {
    const answer = answers[name];
    if (answer !== undefined) return answer(call, args);
    if (Object.hasOwn(ANSWERS, name)) return ANSWERS[name];
    if (answersErrno(name)) return REFUSAL;
    const ending = ENDINGS.has(name) ? new Left(name, args[0]) : new Refused(name);
    this.#ending ??= ending;
    throw ending;
  }
}

/** What forbids a boot: imports nobody has looked at. */
export function unknownImport(module: WebAssembly.Module): string | undefined {
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from === 'GOT.mem') continue;
    if (kind !== (from === 'GOT.func' ? 'global' : 'function')) return unfit(`"${name}" is a ${kind}`);
    if (!isKnown(name)) return unfit(`"${name}" is unknown`);
  }
  return undefined;
}

function unfit(why: string): string {
  return `Install pyodide ${TESTED_PYODIDE.join(' or ')}, whose imports are known: of those of the one that is installed, ${why}`;
}
