/** Where steps wait for what comes from outside the run: answers, signals, files, moments. */
import type { Happening } from '../model/event.ts';
import type { Answer, Answered, Letter, Pending, Signal } from '../model/pending.ts';
import { fail, type Result } from '../model/result.ts';

/** What a step waited for in an earlier part of the run. */
export interface EarlierWait {
  readonly ask: string;
  readonly until?: number;
}

export interface LobbyOptions {
  readonly tell: (happening: Happening) => void;
  /** Of a resumed run, by step. */
  readonly before?: ReadonlyMap<string, EarlierWait> | undefined;
  /** What other processes have said, those behind a letter with that number; absent where nobody can. */
  readonly letters?: ((after: number) => Promise<readonly Letter[]>) | undefined;
}

/** What is done when somebody says something; the error says why it was not taken. */
export interface Visitor {
  answered?(answer: Answer, letter: number | undefined): Result<void, string>;
  signalled?(signal: Signal): void;
}

interface Guest {
  readonly pending: Pending;
  readonly ask: string;
  readonly visitor: Visitor;
}

const LOOK_EVERY_MS = 500;

export class Lobby {
  /** Told whenever a step begins or ends to wait, and when all letters have been read. */
  onChange: () => void = () => {};
  readonly #options: LobbyOptions;
  readonly #before: Map<string, EarlierWait>;
  readonly #askedBefore: ReadonlySet<string>;
  /** What was asked before is not told until it is known that nobody has answered it meanwhile. */
  readonly #untold = new Map<string, Guest>();
  readonly #guests = new Map<string, Guest>();
  /** How many of them wait for what somebody says. */
  #hearers = 0;
  readonly #signals: Signal[] = [];
  /** Answers to what is going to be asked again, by what is asked. */
  readonly #early = new Map<string, Letter & { kind: 'answer' }>();
  /** How many of the signals a step has had. */
  readonly #heard = new Map<string, number>();
  #lastLetter = 0;
  #hasRead = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LobbyOptions) {
    this.#options = options;
    this.#before = new Map(options.before);
    this.#askedBefore = new Set([...this.#before.values()].map(({ ask }) => ask));
  }

  /** What the steps wait for, by name. */
  get pending(): ReadonlyMap<string, Pending> {
    return new Map([...this.#guests].map(([step, { pending }]) => [step, pending]));
  }

  /** How many wait. */
  get size(): number {
    return this.#guests.size;
  }

  /** Whether all that was said so far has been heard. */
  get hasRead(): boolean {
    return this.#hasRead || this.#options.letters === undefined || !this.#hears;
  }

  /** Whether any step waits for what somebody says. */
  get #hears(): boolean {
    return this.#hearers > 0;
  }

  /** What the step waited for when the run was interrupted; once. */
  before(step: string): EarlierWait | undefined {
    const earlier = this.#before.get(step);
    this.#before.delete(step);
    return earlier;
  }

  /** The step waits from now on. */
  enter(step: string, pending: Pending, ask: string, visitor: Visitor): void {
    const guest: Guest = { pending, ask, visitor };
    this.#guests.set(step, guest);
    if (isSaid(pending)) this.#hearers += 1;
    // Of what was said already nobody is asked any more.
    if (pending.for === 'signal') this.#deliver(step);
    const early = this.#early.get(ask);
    const taken = early === undefined ? undefined : this.answer(step, early.answer, early.id);
    if (this.#guests.get(step) === guest) {
      if (this.#askedBefore.has(ask) && !this.hasRead) this.#untold.set(step, guest);
      else this.#options.tell({ kind: 'step-pending', step, pending, ask });
    }
    if (taken?.ok === false) this.#options.tell({ kind: 'step-warned', step, message: taken.error });
    if (!this.#guests.has(step)) return;
    if (this.#hears) void this.read();
    // It also keeps a process that has nothing else to do.
    this.#timer ??= setInterval(() => void this.read(), LOOK_EVERY_MS);
    this.onChange();
  }

  leave(step: string, answered?: Answered): void {
    const guest = this.#guests.get(step);
    if (guest === undefined) return;
    this.#guests.delete(step);
    this.#untold.delete(step);
    if (isSaid(guest.pending)) this.#hearers -= 1;
    if (answered !== undefined) this.#options.tell({ kind: 'step-answered', step, answered });
    if (this.#guests.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.onChange();
  }

  answer(step: string, answer: Answer, letter?: number): Result<void, string> {
    const guest = this.#guests.get(step);
    if (guest?.pending.for === 'person') return guest.visitor.answered!(answer, letter);
    const others = [...this.#guests].filter(([, { pending }]) => pending.for === 'person').map(([name]) => name);
    const instead = others.length === 0 ? 'no step does' : `${others.map((name) => `"${name}"`).join(' and ')} does`;
    return fail(`Step "${step}" does not wait for an answer; ${instead}`);
  }

  /** It counts for every step that waits for it, also for those that do so later, once each. */
  signal(signal: Signal): void {
    this.#signals.push(signal);
    for (const step of this.#guests.keys()) this.#deliver(step);
  }

  /** Hears nothing more. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #deliver(step: string): void {
    const guest = this.#guests.get(step);
    if (guest?.pending.for !== 'signal') return;
    const wanted = guest.pending.signal;
    const from = this.#heard.get(step) ?? 0;
    const at = this.#signals.findIndex(({ name }, i) => i >= from && name === wanted);
    if (at === -1) return;
    this.#heard.set(step, at + 1);
    guest.visitor.signalled?.(this.#signals[at]!);
  }

  /** Hears what others have said so far. */
  async read(): Promise<void> {
    if (!this.#hears) return;
    const letters = await this.#options.letters?.(this.#lastLetter);
    if (this.#isClosed) return;
    for (const letter of letters ?? []) {
      if (letter.id <= this.#lastLetter) continue;
      this.#lastLetter = letter.id;
      this.#take(letter);
    }
    for (const [step, { pending, ask }] of this.#untold)
      this.#options.tell({ kind: 'step-pending', step, pending, ask });
    this.#untold.clear();
    const isFirst = !this.#hasRead;
    this.#hasRead = true;
    if (isFirst) this.onChange();
  }

  #take(letter: Letter): void {
    if (letter.kind === 'signal') {
      this.signal(letter.signal);
      return;
    }
    if (this.#guests.get(letter.step)?.ask !== letter.ask) {
      // A resumed run has not come to all its questions yet; what was asked once is asked no more.
      if (this.#before.get(letter.step)?.ask === letter.ask) this.#early.set(letter.ask, letter);
      return;
    }
    const taken = this.answer(letter.step, letter.answer, letter.id);
    if (!taken.ok) this.#options.tell({ kind: 'step-warned', step: letter.step, message: taken.error });
  }
}

function isSaid(pending: Pending): boolean {
  return pending.for === 'person' || pending.for === 'signal';
}

/** Whether nobody else than this process would see to it that the waiting ends soon. */
export function isWatched(pending: Pending, now: number): boolean {
  if (pending.for === 'time' || pending.for === 'file') return true;
  return pending.until !== undefined && pending.until - now <= SOON_MS;
}

/** A question whose time is over so soon is waited for. */
export const SOON_MS: number = 10 * 60_000;
