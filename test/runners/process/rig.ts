/** Runs shell and native steps in this thread, with a real spawner. */
import type { Job, Language, Outcome, PrintedLine, Runner, Runtime, ThreadSetup } from '../../../runners/contract.ts';
import { launchSpawner } from '../../../runners/process/launch.ts';
import type { Spawner } from '../../../runners/process/launch.ts';
import { Printer } from '../../../runners/printer.ts';

export interface Ended {
  readonly outcome: Outcome;
  readonly lines: readonly PrintedLine[];
}

/** Holds one spawner from its first use to `close`. */
export class ProcessRig {
  #spawner: Spawner | undefined;

  /** Of its spawner, which is started now if it was not. */
  socket(): Promise<string> {
    this.#spawner ??= launchSpawner();
    return this.#spawner.socket;
  }

  async run(runner: Runner, job: Job, stopped: AbortSignal = new AbortController().signal): Promise<Ended> {
    const socket = await this.socket();
    const lines: PrintedLine[] = [];
    const printer = new Printer((sent) => lines.push(...sent), job.limits.stdout);
    const outcome = await runner.run(
      { ...job, spawner: socket },
      { print: (stream, text) => printer.print(stream, text), stopped },
    );
    lines.push(...printer.finish());
    return { outcome, lines };
  }

  async close(): Promise<void> {
    await this.#spawner?.[Symbol.asyncDispose]();
  }
}

/** The text of a step's output, or its failure. */
export function shown(outcome: Outcome): unknown {
  return outcome.ok ? new TextDecoder().decode(Uint8Array.from(outcome.output)) : outcome.failure;
}

export function setupOf(language: Language, runtime: Runtime, cacheDir = ''): ThreadSetup {
  return { language, runtime, cacheDir, wasi: true, ownsProcess: false };
}
