/** A store that is opened once a run has begun, so that opening it delays no first step. */
import { resolve } from 'node:path';
import type { EncodedValue, Job } from '../../runners/contract.ts';
import type { RunEvent } from '../model/event.ts';
import type { Letter } from '../model/pending.ts';
import type { Step } from '../model/step.ts';
import type { Recording, RunStore } from './store.ts';

export interface StoreOptions {
  /** Made when the first run begins, where it does not exist. */
  readonly directory: string;
  /** Told once, in a sentence, when the history cannot be written; runs go on without it. Default: nobody is told. */
  readonly onTrouble?: (sentence: string) => void;
  /** Called at every step on the way to the disk, so that tests can end the process there. */
  readonly transition?: (name: string) => void;
}

export function openStore(options: StoreOptions): RunStore {
  let opened: Promise<RunStore | undefined> | undefined;
  const open = async (): Promise<RunStore | undefined> => {
    // The first job is on its way to its thread by then, and the main thread has nothing to do.
    await new Promise((resolve) => setImmediate(resolve));
    const { openLocalStore } = await import('./local.ts');
    const store = openLocalStore({ ...options, directory: resolve(options.directory) });
    if (store.ok) return store.value;
    options.onTrouble?.(`${store.error}. The run goes on and is not remembered.`);
    return undefined;
  };
  return {
    record(beginning) {
      opened ??= open();
      return new LateRecording(opened.then((store) => store?.record(beginning)));
    },
    async trouble() {
      const { openLocalStore } = await import('./local.ts');
      const store = openLocalStore({ directory: resolve(options.directory) });
      if (!store.ok) return store.error;
      const trouble = store.value.writeTrouble();
      await store.value[Symbol.asyncDispose]();
      return trouble;
    },
    async [Symbol.asyncDispose]() {
      await (await opened)?.[Symbol.asyncDispose]();
    },
  };
}

class LateRecording implements Recording {
  readonly #opening: Promise<void>;
  #waiting: RunEvent[] | undefined = [];
  #recording: Recording | undefined;

  constructor(recording: Promise<Recording | undefined>) {
    this.#opening = recording.then((opened) => {
      this.#recording = opened;
      for (const event of this.#waiting ?? []) opened?.onEvent(event);
      this.#waiting = undefined;
    });
  }

  onEvent(event: RunEvent): void {
    if (this.#waiting === undefined) this.#recording?.onEvent(event);
    else this.#waiting.push(event);
  }

  async recall(step: Step, job: Job): ReturnType<Recording['recall']> {
    await this.#opening;
    return this.#recording?.recall(step, job);
  }

  keyOf(step: Step): Uint8Array | undefined {
    return this.#recording?.keyOf(step);
  }

  async done(step: Step, job: Job, output: EncodedValue): Promise<void> {
    await this.#opening;
    await this.#recording?.done(step, job, output);
  }

  async letters(after: number): Promise<readonly Letter[]> {
    await this.#opening;
    return (await this.#recording?.letters?.(after)) ?? [];
  }

  async keepRoom(path: string): Promise<void> {
    await this.#opening;
    await this.#recording?.keepRoom?.(path);
  }

  async kept(): Promise<void> {
    await this.#opening;
    await this.#recording?.kept();
  }
}
