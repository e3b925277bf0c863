/** The pool of this machine: threads or slots for every language that is used, and a spawner for host processes. */
import { existsSync } from 'node:fs';
import type { Job, Outcome, Runtime, ThreadSetup } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import type { Spawner } from '../../runners/process/launch.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Finished, JobContext, JobKind, Pool, RunningJob } from './pool.ts';
import type { Threads } from './threads.ts';

export interface ThreadPoolOptions {
  /** Absolute. */
  readonly cacheDir: string;
  readonly wasi: boolean;
  readonly ownsProcess: boolean;
  /** Threads that boot already, for the first kind of job that is asked for. The pool owns them. */
  readonly early?: Threads;
}

/** Where jobs of one kind run. */
interface Place {
  start(job: Job, context: JobContext): RunningJob;
  close(): Promise<void>;
}

export class ThreadPool implements Pool {
  readonly takesItems = true;
  readonly #setup: Omit<ThreadSetup, 'language' | 'runtime'>;
  #early: Threads | undefined;
  readonly #places = new Map<string, Promise<Result<Place, string>>>();
  #spawner: Promise<Spawner> | undefined;

  constructor(options: ThreadPoolOptions) {
    const { early, ...setup } = options;
    this.#setup = setup;
    this.#early = early;
  }

  warm(kind: JobKind, threads: number): void {
    if (threads > 0) void this.#placeFor(kind, threads);
    else void this.#spawnerFor(kind.runtime);
  }

  start(job: Job, context: JobContext): RunningJob {
    let running: RunningJob | undefined;
    let ending: 'stop' | 'kill' | undefined;
    const end = (how: 'stop' | 'kill'): void => {
      if (running !== undefined) running[how]();
      else if (ending !== 'kill') ending = how;
    };
    const finished = (async (): Promise<Finished> => {
      const prepared = await this.#prepare(await withMemoryLine(job, context));
      const place = await this.#placeFor(job, 1);
      if (!prepared.ok) return lacking(prepared.error);
      if (!place.ok) return lacking(place.error);
      running = place.value.start(prepared.value, context);
      if (ending !== undefined) running[ending]();
      return running.finished;
    })();
    return { finished, stop: () => end('stop'), kill: () => end('kill') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#early?.close();
    const places = await Promise.all(this.#places.values());
    await Promise.all([
      ...places.map((place) => place.ok && place.value.close()),
      this.#spawner?.then((spawner) => spawner[Symbol.asyncDispose]()),
    ]);
  }

  /** The job of a process with what it needs, or why the machine cannot keep it as strictly apart as it must be. */
  async #prepare(job: Job): Promise<Result<Job, string>> {
    const spawner = await (await this.#spawnerFor(job.runtime))?.socket;
    if (spawner === undefined) return ok(job);
    if (job.isolation !== 'os') return ok({ ...job, spawner });
    const bubblewrap = await findBubblewrap(process.env['PATH']);
    return bubblewrap.ok ? ok({ ...job, spawner, bubblewrap: bubblewrap.program }) : fail(bubblewrap.message);
  }

  #placeFor(kind: JobKind, warm: number): Promise<Result<Place, string>> {
    const { language, runtime } = kind;
    // Those of host processes serve every isolation.
    const isolation = runtime === 'native' ? 'thread' : kind.isolation;
    const key = `${language} ${runtime} ${isolation}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = isolation === 'thread' ? this.#startThreads(kind, warm) : this.#startSlots({ ...kind, isolation }, warm);
      this.#places.set(key, place);
    }
    return place;
  }

  async #startThreads({ language, runtime }: JobKind, warm: number): Promise<Result<Place, never>> {
    const early = this.#early;
    this.#early = undefined;
    // The spawner is forked while this process is still small.
    await this.#spawnerFor(runtime);
    const threads = early ?? (await this.#boot(warm));
    threads.setUp({ language, runtime, ...this.#setup });
    return ok(threads);
  }

  async #boot(warm: number): Promise<Threads> {
    const { Threads } = await import('./threads.ts');
    return new Threads(warm);
  }

  async #startSlots({ language, runtime, isolation }: JobKind, warm: number): Promise<Result<Place, string>> {
    const bubblewrap = isolation === 'os' ? await findBubblewrap(process.env['PATH']) : undefined;
    if (bubblewrap?.ok === false) return fail(bubblewrap.message);
    const { Slots } = await import('./slots.ts');
    const { cacheDir } = this.#setup;
    if (language === 'python' && cacheDir !== '') await this.#savePython(cacheDir);
    const wishes = { language, cacheDir, bubblewrap: bubblewrap?.program };
    return ok(new Slots({ language, runtime, ...this.#setup, ownsProcess: true }, wishes, warm));
  }

  /** A slot writes no files, so what Python compiles at its first start is kept by a thread that runs nothing else before. */
  async #savePython(cacheDir: string): Promise<void> {
    const { snapshotOf } = await import('../../runners/python/boot.ts');
    if (existsSync(snapshotOf(cacheDir))) return;
    const kind = { language: 'python', runtime: 'embedded', isolation: 'thread' } as const;
    const place = await this.#placeFor(kind, 1);
    if (place.ok)
      await place.value.start({ ...NO_STEP, ...kind, cacheDir }, { timeoutMs: undefined, onLines() {} }).finished;
  }

  #spawnerFor(runtime: Runtime): Promise<Spawner> | undefined {
    if (runtime === 'embedded') return undefined;
    this.#spawner ??= import('../../runners/process/launch.ts').then(({ launchSpawner }) => launchSpawner());
    return this.#spawner;
  }
}

async function withMemoryLine(job: Job, { memory }: JobContext): Promise<Job> {
  if (job.memory === undefined || job.runtime === 'embedded' || memory === undefined) return job;
  return { ...job, memory: await memory.line() };
}

const NO_STEP = {
  run: '',
  step: '',
  attempt: 1,
  script: { kind: 'code', code: 'def run(): pass', origin: { file: '', line: 1, verbatim: true } },
  inputs: new Map(),
  env: {},
  cwd: '',
  workdir: '',
  tmp: '',
  packages: [],
  limits: { output: 1024 },
} as const;

/** Nothing of the job has run. */
function lacking(message: string): Finished {
  const outcome: Outcome = { ok: false, failure: { reason: 'runtime-missing', message }, warnings: [] };
  return { outcome, usage: { wallMs: 0, bytesIn: 0, bytesOut: 0 } };
}
