/** A step that waits: for time to pass, a moment, a file, a signal, a person. */
import { statSync } from 'node:fs';
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { canonicalise, encode } from '../../runners/value.ts';
import { misfits, withDefaults } from '../forms/form.ts';
import type { PlainValue } from '../model/input.ts';
import type { Answer, Answered, Pending, Signal } from '../model/pending.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { HostWork } from '../model/host-work.ts';
import type { AttemptEnd } from './attempts.ts';
import type { Lobby, Visitor } from './lobby.ts';
import { NO_USAGE, type Running } from './running.ts';

export interface Waiting {
  readonly step: string;
  readonly pending: Pending;
  readonly ask: string;
  /** What counts as said when the time of a question is over. */
  readonly default?: (HostWork & { kind: 'human' })['default'];
  /** For what fails when its time is over, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}

const NULL = Buffer.from('null');
const LOOK_EVERY_MS = 200;
/** The longest that a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1;

export class WaitRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  readonly #waiting: Waiting;
  readonly #lobby: Lobby;
  readonly #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #settle: (end: AttemptEnd) => void = () => {};
  #isOver = false;

  constructor(waiting: Waiting, lobby: Lobby) {
    this.#waiting = waiting;
    this.#lobby = lobby;
    this.finished = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { step, pending, ask } = waiting;
    const visitor: Visitor = {
      ...(pending.for === 'person' && { answered: (answer, letter) => this.#answered(answer, letter) }),
      ...(pending.for === 'signal' && { signalled: (signal) => this.#signalled(signal) }),
    };
    lobby.enter(step, pending, ask, visitor);
    this.#watch();
  }

  isPending(): boolean {
    return !this.#isOver;
  }

  stop(): void {
    this.#end({ how: 'cancelled' });
  }

  kill(): void {
    this.stop();
  }

  /** Looks whether it is over, and again later. */
  #watch(): void {
    if (this.#isOver) return;
    const { pending } = this.#waiting;
    if (pending.for === 'file') {
      const found = statSync(pending.path, { throwIfNoEntry: false });
      if (found?.isFile() === true) {
        this.#succeed({ path: pending.path, size: found.size });
        return;
      }
    }
    const leftMs = pending.until === undefined ? LONGEST_MS : pending.until - Date.now();
    if (leftMs <= 0) {
      // Somebody may have said it in time, which is only heard now.
      if (pending.for === 'person' || pending.for === 'signal') void this.#lobby.read().then(() => this.#timeIsOver());
      else this.#timeIsOver();
      return;
    }
    const most = pending.for === 'file' ? LOOK_EVERY_MS : LONGEST_MS;
    if (pending.for === 'file' || pending.until !== undefined)
      this.#timer = setTimeout(() => this.#watch(), Math.min(most, Math.ceil(leftMs)));
  }

  #timeIsOver(): void {
    const { pending, default: usual, timeoutMs = 0 } = this.#waiting;
    const answered: Answered = { by: 'timeout', at: Date.now(), how: 'timed-out' };
    if (pending.for === 'time') this.#succeed(undefined);
    else if (usual === undefined) this.#fail({ reason: 'timed-out', afterMs: timeoutMs }, answered);
    else if (usual === 'rejected')
      this.#fail(
        { reason: 'rejected', message: 'Nobody answered in time, which counts as a no', by: 'timeout' },
        answered,
      );
    else this.#succeed(withDefaults(pending.for === 'person' ? pending.form : undefined, usual.values), answered);
  }

  #answered(answer: Answer, letter: number | undefined): Result<void, string> {
    const { pending } = this.#waiting;
    const { by, at, how } = answer;
    if (this.#isLate(at)) {
      this.#timeIsOver();
      return fail('The time for it was over');
    }
    const answered: Answered = { by, at, how, ...(letter !== undefined && { letter }) };
    if (answer.how === 'rejected') {
      const { reason } = answer;
      const message = `${by} said no${reason === '' ? '' : `: ${reason}`}`;
      this.#fail({ reason: 'rejected', message, by }, { ...answered, ...(reason !== '' && { reason }) });
      return ok(undefined);
    }
    const form = pending.for === 'person' ? pending.form : undefined;
    const values = withDefaults(form, answer.values);
    const wrong = misfits(form, values);
    if (wrong.length > 0) return fail(wrong.join('; '));
    this.#succeed(values, answered);
    return ok(undefined);
  }

  #signalled({ by, at, data }: Signal): void {
    if (this.#isLate(at)) return;
    const text = canonicalise(Buffer.from(data));
    this.#handOn(text.ok ? text.value : NULL, { by, at, how: 'signalled' });
  }

  #isLate(at: number): boolean {
    const { until } = this.#waiting.pending;
    return until !== undefined && at > until;
  }

  #succeed(value: PlainValue | undefined, answered?: Answered): void {
    const encoded = value === undefined ? undefined : encode(value);
    this.#handOn(encoded?.ok === true ? encoded.value : NULL, answered);
  }

  #handOn(output: EncodedValue, answered?: Answered): void {
    this.#end({ how: 'succeeded', output, usage: { wallMs: 0, bytesIn: 0, bytesOut: output.length } }, answered);
  }

  #fail(failure: StepFailure, answered: Answered): void {
    this.#end({ how: 'failed', failure, usage: NO_USAGE }, answered);
  }

  #end(end: Ending, answered?: Answered): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#lobby.leave(this.#waiting.step, answered);
    this.#settle({ ...end, attempt: 1, durationMs: performance.now() - this.#startedAt } as AttemptEnd);
  }
}

type Ending = AttemptEnd extends infer E ? (E extends AttemptEnd ? Omit<E, 'attempt' | 'durationMs'> : never) : never;
