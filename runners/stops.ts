/** The stop signals of one thread's jobs, which come on a channel that all threads of its kind share. */
import { BroadcastChannel } from 'node:worker_threads';

const NEVER: AbortSignal = new AbortController().signal;

export class Stops {
  readonly #told = new Set<number>();
  #current: { readonly id: number; readonly controller: AbortController } | undefined;

  /** Without a channel nothing is ever told to stop. A port per job would cost more than the job's messages. */
  constructor(channel: string | undefined) {
    if (channel === undefined) return;
    const stops = new BroadcastChannel(channel);
    stops.onmessage = (message: unknown): void => this.#tell((message as { readonly data: number }).data);
    stops.unref();
  }

  /** Of the job that begins now, which may have been told to stop on its way here. */
  signalFor(id: number, ownsProcesses: boolean): AbortSignal {
    if (!ownsProcesses) return NEVER;
    const controller = new AbortController();
    this.#current = { id, controller };
    if (this.#told.has(id)) controller.abort();
    return controller.signal;
  }

  #tell(id: number): void {
    if (this.#current?.id === id) this.#current.controller.abort();
    else this.#told.add(id);
  }
}
