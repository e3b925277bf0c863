/** The pool of this machine: threads for every language that is used, and a spawner for host processes. */
import type { Job, Language, Runtime, ThreadSetup } from '../../runners/contract.ts';
import type { Spawner } from '../../runners/process/launch.ts';
import type { Finished, JobContext, Pool, RunningJob } from './pool.ts';
import type { Threads } from './threads.ts';

export interface ThreadPoolOptions {
  /** Absolute. */
  readonly cacheDir: string;
  readonly wasi: boolean;
  readonly ownsProcess: boolean;
}

export class ThreadPool implements Pool {
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Map<string, Promise<Threads>>();
  #spawner: Promise<Spawner> | undefined;

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
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
      const threads = await this.#threadsFor(job.language, job.runtime, 1);
      const spawner = await this.#spawnerFor(job.runtime);
      running = threads.start(spawner === undefined ? job : { ...job, spawner: spawner.socket }, context);
      if (ending !== undefined) running[ending]();
      return running.finished;
    })();
    return { finished, stop: () => end('stop'), kill: () => end('kill') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const threads of await Promise.all(this.#threads.values())) await threads.close();
    await (await this.#spawner)?.[Symbol.asyncDispose]();
  }

  #threadsFor(language: Language, runtime: Runtime, warm: number): Promise<Threads> {
    const kind = `${language} ${runtime}`;
    let threads = this.#threads.get(kind);
    if (threads === undefined) {
      threads = this.#startThreads({ language, runtime, ...this.#options }, warm);
      this.#threads.set(kind, threads);
    }
    return threads;
  }

  async #startThreads(setup: ThreadSetup, warm: number): Promise<Threads> {
    // The spawner is forked while this process is still small.
    await this.#spawnerFor(setup.runtime);
    const { Threads } = await import('./threads.ts');
    return new Threads(setup, warm);
  }

  #spawnerFor(runtime: Runtime): Promise<Spawner> | undefined {
    if (runtime === 'embedded') return undefined;
    this.#spawner ??= import('../../runners/process/launch.ts').then(({ launchSpawner }) => launchSpawner());
    return this.#spawner;
  }
}
