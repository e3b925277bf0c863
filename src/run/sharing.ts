/** The shared memory of a run with all that hangs on it: the ways to it, and what is told of it. */
import type { EncodedValue, MemoryLine } from '../../runners/contract.ts';
import type { RunEvent, RunListener } from '../model/event.ts';
import { nestedWork } from '../model/nested.ts';
import type { SharedMemorySettings, Workflow } from '../model/workflow.ts';
import type { Masking } from './masking.ts';
import type { MemorySocket } from './memory-socket.ts';
import { type MemoryHost, RunMemory } from './shared-memory.ts';

/** The way of one step to the memory of its run. */
export interface Shared extends MemoryHost {
  /** For a process of the host. */
  line(): Promise<MemoryLine>;
}

/** Of a workflow and of those inside it: what any of them asks for is there for all whose file does. The outermost says first what it holds. */
export function sharedBy(workflow: Workflow): SharedMemorySettings | undefined {
  const own = workflow.memory === undefined ? [] : [workflow.memory];
  const inner = workflow.steps.flatMap((step) => {
    const work = nestedWork(step);
    const settings = work === undefined ? undefined : sharedBy(work.inside);
    return settings === undefined ? [] : [settings];
  });
  const all = [...own, ...inner];
  if (all.length === 0) return undefined;
  return {
    limit: Math.max(...all.map(({ limit }) => limit)),
    initial: new Map(all.toReversed().flatMap(({ initial }) => [...initial])),
  };
}

export class Sharing implements Disposable {
  readonly #memory: RunMemory;
  #socket: Promise<MemorySocket> | undefined;
  #isOver = false;

  constructor(settings: SharedMemorySettings, before?: ReadonlyMap<string, EncodedValue>) {
    this.#memory = new RunMemory(settings, before);
  }

  for(masking: Masking | undefined): Shared {
    return { ...this.#memory.for(masking), line: () => this.#line(masking) };
  }

  /** Tells what changed before it tells how a step ended, so that who knows the end knows what it left behind. */
  telling(listener: RunListener): RunListener {
    return {
      onEvent: (event) => {
        if (ENDS.has(event.kind)) {
          const changes = this.#memory.takeChanges();
          if (changes !== undefined)
            listener.onEvent({ kind: 'memory-changed', at: event.at, run: event.run, changes });
        }
        listener.onEvent(event);
      },
    };
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    void this.#socket?.then((socket) => socket[Symbol.dispose]());
  }

  async #line(masking: Masking | undefined): Promise<MemoryLine> {
    this.#socket ??= import('./memory-socket.ts').then(({ openMemorySocket }) =>
      openMemorySocket(this.#memory.for(masking)),
    );
    const socket = await this.#socket;
    if (this.#isOver) socket[Symbol.dispose]();
    return socket.line;
  }
}

const ENDS: ReadonlySet<RunEvent['kind']> = new Set(['step-succeeded', 'step-failed', 'step-cancelled', 'run-settled']);
