/** A slot's line for what its steps were granted: questions come in, a thread that looks at each does it, answers go out. */
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Job } from '../../runners/contract.ts';
import type { SlotErrand } from '../../runners/grants/errand.ts';
import type { MemoryHost } from './shared-memory.ts';
import { type Answer, HEADER, message, type Question } from '../../runners/slot/errands.ts';

/** Of a question without its bytes. */
const MOST_WORDS = 256 * 1024;
/** Bytes that come with a question, where the step has no limit. */
const MOST_BYTES = 1024 ** 3;

export class SlotErrands {
  readonly #line: Duplex;
  /** Called once, with what is wrong. */
  readonly #refuse: (why: string) => void;
  #worker: Worker | undefined;
  #job: Job | undefined;
  #memory: MemoryHost | undefined;
  #pending: Buffer[] = [];
  #held = 0;
  #isOver = false;

  constructor(line: Duplex, refuse: (why: string) => void) {
    this.#line = line;
    this.#refuse = refuse;
    line.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** What is asked from now on is asked by this step. */
  begin(job: Job, memory: MemoryHost | undefined): void {
    this.#job = job;
    this.#memory = memory;
    if (this.#worker !== undefined)
      this.#tell({ kind: 'begin', grants: job.grants, limits: limitsOf(job), workdir: job.workdir });
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#worker?.terminate();
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#pending.push(chunk);
    this.#held += chunk.length;
    if (this.#held < HEADER) return;
    const whole = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending, this.#held);
    this.#pending = [whole];
    const [words, bytes] = [whole.readUInt32LE(0), whole.readUInt32LE(4)];
    if (words > MOST_WORDS || bytes > (this.#job?.limits.memory ?? MOST_BYTES)) {
      this.#end('it asked for more than a step may have');
      return;
    }
    const end = HEADER + words + bytes;
    // It waits for an answer before it asks again.
    if (whole.length > end) this.#end('it asked twice at once');
    if (whole.length !== end) return;
    this.#pending = [];
    this.#held = 0;
    const question = questionIn(whole.subarray(HEADER, HEADER + words));
    if (question === undefined || this.#job === undefined) this.#end('it asked what no step asks');
    else this.#ask(question, new Uint8Array(whole.subarray(HEADER + words)));
  }

  #ask(question: Question, bytes: Uint8Array): void {
    if (question.ask === 'memory') {
      if (this.#memory === undefined) {
        this.#end('it asked for a memory that it does not share');
        return;
      }
      const done = this.#memory.answerStranger({ question, bytes });
      for (const part of message(done.answer, done.bytes)) this.#line.write(part);
      return;
    }
    this.#worker ??= this.#start();
    this.#tell({ kind: 'ask', question, bytes });
  }

  #start(): Worker {
    const entry = createRequire(import.meta.url).resolve('#porter');
    const worker = new Worker(entry, { env: {}, execArgv: [] });
    worker.unref();
    worker.on('message', (done: { answer: Answer; bytes: Uint8Array } | { refused: string }) => {
      if (this.#isOver) return;
      if ('refused' in done) this.#end(done.refused);
      else for (const part of message(done.answer, done.bytes)) this.#line.write(part);
    });
    worker.on('error', () => this.#end('what it asked for could not be done'));
    this.#worker = worker;
    const job = this.#job!;
    this.#tell({ kind: 'begin', grants: job.grants, limits: limitsOf(job), workdir: job.workdir });
    return worker;
  }

  #tell(errand: SlotErrand): void {
    this.#worker?.postMessage(errand);
  }

  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#refuse(why);
  }
}

function limitsOf({ limits: { memory, files } }: Job): Pick<Job['limits'], 'memory' | 'files'> {
  return { ...(memory !== undefined && { memory }), ...(files !== undefined && { files }) };
}

function questionIn(words: Buffer): Question | undefined {
  try {
    const { ask, args } = Object(JSON.parse(words.toString())) as Record<keyof Question, unknown>;
    const isQuestion = typeof ask === 'string' && Array.isArray(args) && args.every((each) => typeof each === 'string');
    return isQuestion ? { ask, args } : undefined;
  } catch {
    return undefined;
  }
}
