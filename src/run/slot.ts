/** One slot: a process of its own that runs embedded steps, one at a time, without rights. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { serialize } from 'node:v8';
import type { Assignment, Job, PrintedLine, Report, ThreadSetup } from '../../runners/contract.ts';
import { frame, frameReader } from '../../runners/slot/frames.ts';
import { LIFELINE, slotCommand, type SlotWishes } from './slot-command.ts';
import { SlotErrands } from './slot-errands.ts';
import type { MemoryHost } from './shared-memory.ts';
import { printedLines, reportIn } from './slot-words.ts';

const CHANNEL = 3;
/** Where a step asks for what it was granted. */
const ERRANDS = 5;
/** What comes on top of the output in a report, and as lines. */
const WORDS_BYTES = 64 * 1024 * 1024;

export interface SlotListener {
  onStarted(): void;
  onLines(lines: readonly PrintedLine[]): void;
  readonly memory: MemoryHost | undefined;
}

/** `lost` says why there is no report. */
export type SlotEnd = Pick<Report, 'outcome' | 'lines' | 'usage'> | { readonly lost: string };

interface Work {
  readonly job: Job;
  readonly listener: SlotListener;
  readonly end: (end: SlotEnd) => void;
  /** Bytes of text that were printed. */
  printed: number;
  /** Its listener knows that it began. */
  isTold: boolean;
}

export class Slot {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  /** It takes no further work. */
  isLost = false;
  readonly #process: ChildProcess;
  readonly #channel: Duplex;
  readonly #errands: SlotErrands;
  #work: Work | undefined;
  #isUsed = false;

  constructor(setup: ThreadSetup, wishes: SlotWishes) {
    const [program = '', ...args] = slotCommand(wishes);
    this.#process = spawn(program, args, {
      // A group of its own, so that it ends whole; and a Ctrl-C at the terminal is for the engine.
      detached: true,
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    const ended = once(this.#process, 'exit');
    this.gone = ended.then(
      () => this.#lost('its process ended'),
      () => this.#lost('its process could not be started'),
    );
    this.#channel = this.#process.stdio[CHANNEL] as Duplex;
    const stdio: readonly unknown[] = this.#process.stdio;
    this.#errands = new SlotErrands(stdio[ERRANDS] as Duplex, (why) => this.#endBadly(why));
    for (const index of [CHANNEL, LIFELINE, ERRANDS]) (stdio[index] as Duplex).on('error', () => undefined);
    this.#channel.on('close', () => this.#endBadly('its process ended'));
    this.#channel.on(
      'data',
      frameReader({
        take: (kind, payload) => this.#take(kind, payload),
        refuse: (message) => this.#endBadly(message),
        most: () => WORDS_BYTES + (this.#work?.job.limits.output ?? 0),
      }),
    );
    this.#process.unref();
    this.#send('setup', setup);
  }

  /** Of the guard, from which the process that works descends. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** A slot that has run steps of others is not believed when it says that it has not begun yet. */
  run(assignment: Assignment, listener: SlotListener): Promise<SlotEnd> {
    if (assignment.announce && this.#isUsed) listener.onStarted();
    const isTold = this.#isUsed;
    this.#isUsed = true;
    if (this.isLost) return Promise.resolve({ lost: 'its process ended before' });
    this.#errands.begin(assignment.job, listener.memory);
    return new Promise((end) => {
      this.#work = { job: assignment.job, listener, end, printed: 0, isTold };
      this.#send('assignment', assignment);
    });
  }

  /** Ends it with whatever it does. */
  kill(): void {
    this.#endBadly('it was ended');
  }

  /** Ends it, and resolves when nothing of it is left. */
  close(): Promise<void> {
    this.#process.ref();
    this.kill();
    return this.gone;
  }

  #take(kind: string, payload: Buffer): void {
    const work = this.#work;
    if (kind === 'ready') return;
    if (work === undefined) this.#endBadly('it spoke of a step that it did not have');
    else if (kind === 'started') this.#takeStart(work);
    else if (kind === 'printed') this.#takeLines(work, payload);
    else this.#takeReport(work, payload);
  }

  #takeStart(work: Work): void {
    if (!work.isTold) work.listener.onStarted();
    work.isTold = true;
  }

  #takeLines(work: Work, payload: Buffer): void {
    const lines = printedLines(payload);
    work.printed += payload.length;
    // The text of one line may be six times as long in JSON, and each has some characters around it.
    const most = WORDS_BYTES + 8 * (work.job.limits.stdout ?? Number.POSITIVE_INFINITY);
    if (lines === undefined || work.printed > most) this.#endBadly('it printed what no step prints');
    else work.listener.onLines(lines);
  }

  #takeReport(work: Work, payload: Buffer): void {
    const report = reportIn(payload);
    const isFitting =
      report !== undefined && (!report.outcome.ok || report.outcome.output.length <= work.job.limits.output);
    if (!isFitting) {
      this.#endBadly('it reported what no step reports');
      return;
    }
    this.#work = undefined;
    work.end(report);
  }

  #send(kind: 'setup' | 'assignment', message: unknown): void {
    this.#channel.cork();
    for (const chunk of frame(kind, serialize(message))) this.#channel.write(chunk);
    this.#channel.uncork();
  }

  #endBadly(why: string): void {
    this.#lose(why);
    const { pid } = this.#process;
    if (pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }

  async #lost(why: string): Promise<void> {
    this.#lose(why);
    await this.#errands.close();
  }

  #lose(why: string): void {
    this.isLost = true;
    const work = this.#work;
    this.#work = undefined;
    work?.end({ lost: why });
  }
}
