/** The stop signals of one thread's jobs, which come on a channel that all threads of its kind share. */
import { BroadcastChannel } from 'node:worker_threads';
import type { StopWord } from './contract.ts';

const NEVER: AbortSignal = new AbortController().signal;

export class Stops {
  /** Jobs that are not here, or not yet. */
  readonly #told = new Set<number>();
  readonly #running = new Map<number, AbortController>();

  /** Without a channel nothing is ever told to stop. A port per job would cost more than the job's messages. */
  constructor(channel: string | undefined) {
    if (channel === undefined) return;
    const stops = new BroadcastChannel(channel);
    stops.onmessage = (message: unknown): void => this.#tell((message as { readonly data: StopWord }).data);
    stops.unref();
  }

  /** Of a job that begins now, which may have been told to stop on its way here; until `over`. */
  signalFor(id: number, ownsProcesses: boolean): AbortSignal {
    if (!ownsProcesses) return NEVER;
    const controller = new AbortController();
    this.#running.set(id, controller);
    if (this.#told.has(id)) controller.abort();
    return controller.signal;
  }

  over(id: number): void {
    this.#running.delete(id);
  }

  #tell({ id, how }: StopWord): void {
    const controller = this.#running.get(id);
    if (controller === undefined) {
      this.#told.add(id);
      return;
    }
    controller.abort();
    if (how === 'kill') controller.signal.dispatchEvent(new Event('kill'));
  }
}
