/** The pool of this machine: threads for every language that is used, and a spawner for host processes. */
import type { Job, Language, Outcome, Runtime, ThreadSetup } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import type { Spawner } from '../../runners/process/launch.ts';
import { EMBEDDED_ONLY_IN_THREADS } from './demands.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Finished, JobContext, Pool, RunningJob } from './pool.ts';
import type { Threads } from './threads.ts';

export interface ThreadPoolOptions {
  /** Absolute. */
  readonly cacheDir: string;
  readonly wasi: boolean;
  readonly ownsProcess: boolean;
  /** Threads that boot already, for the first kind of job that is asked for. The pool owns them. */
  readonly early?: Threads;
}

export class ThreadPool implements Pool {
  readonly #setup: Omit<ThreadSetup, 'language' | 'runtime'>;
  #early: Threads | undefined;
  readonly #threads = new Map<string, Promise<Threads>>();
  #spawner: Promise<Spawner> | undefined;

  constructor(options: ThreadPoolOptions) {
    const { early, ...setup } = options;
    this.#setup = setup;
    this.#early = early;
  }

  warm(language: Language, runtime: Runtime, threads: number): void {
    void this.#threadsFor(language, runtime, threads);
  }

  start(job: Job, context: JobContext): RunningJob {
    let running: RunningJob | undefined;
    let ending: 'stop' | 'kill' | undefined;
    const end = (how: 'stop' | 'kill'): void => {
      if (running !== undefined) running[how]();
      else if (ending !== 'kill') ending = how;
    };
    const finished = (async (): Promise<Finished> => {
      const prepared = await this.#prepare(job);
      if (!prepared.ok) return lacking(prepared.error);
      const threads = await this.#threadsFor(job.language, job.runtime, 1);
      running = threads.start(prepared.value, context);
      if (ending !== undefined) running[ending]();
      return running.finished;
    })();
    return { finished, stop: () => end('stop'), kill: () => end('kill') };
  }

  /** The job with what it needs beside its threads, or why the machine cannot keep it as strictly apart as it must be. */
  async #prepare(job: Job): Promise<Result<Job, string>> {
    if (job.runtime === 'embedded') return job.isolation === 'thread' ? ok(job) : fail(EMBEDDED_ONLY_IN_THREADS);
    const spawner = (await this.#spawnerFor(job.runtime))?.socket;
    const started = spawner === undefined ? job : { ...job, spawner };
    if (job.isolation !== 'os') return ok(started);
    const bubblewrap = await findBubblewrap(process.env['PATH']);
    return bubblewrap.ok ? ok({ ...started, bubblewrap: bubblewrap.program }) : fail(bubblewrap.message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#early?.close();
    for (const threads of await Promise.all(this.#threads.values())) await threads.close();
    await (await this.#spawner)?.[Symbol.asyncDispose]();
  }

  #threadsFor(language: Language, runtime: Runtime, warm: number): Promise<Threads> {
    const kind = `${language} ${runtime}`;
    let threads = this.#threads.get(kind);
    if (threads === undefined) {
      threads = this.#startThreads({ language, runtime, ...this.#setup }, warm);
      this.#threads.set(kind, threads);
    }
    return threads;
  }

  async #startThreads(setup: ThreadSetup, warm: number): Promise<Threads> {
    const early = this.#early;
    this.#early = undefined;
    // The spawner is forked while this process is still small.
    await this.#spawnerFor(setup.runtime);
    const threads = early ?? (await this.#boot(warm));
    threads.setUp(setup);
    return threads;
  }

  async #boot(warm: number): Promise<Threads> {
    const { Threads } = await import('./threads.ts');
    return new Threads(warm);
  }

  #spawnerFor(runtime: Runtime): Promise<Spawner> | undefined {
    if (runtime === 'embedded') return undefined;
    this.#spawner ??= import('../../runners/process/launch.ts').then(({ launchSpawner }) => launchSpawner());
    return this.#spawner;
  }
}

/** Nothing of the job has run. */
function lacking(message: string): Finished {
  const outcome: Outcome = { ok: false, failure: { reason: 'runtime-missing', message }, warnings: [] };
  return { outcome, usage: { wallMs: 0, bytesIn: 0, bytesOut: 0 } };
}
