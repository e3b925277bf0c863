/** Watches what the processes of one step use together, and says when that is more than they may. */
import type { LimitName, Spent } from '../contract.ts';
import { allProcesses, memoryOf, type ProcessRow } from './table.ts';

export type WatchedLimit = Extract<LimitName, 'memory' | 'cpu' | 'processes'>;
export type WatchedLimits = { readonly [K in WatchedLimit]?: number };

const LOOK_EVERY_MS = 25;
/** Looking takes no more than this share of the time, however many processes there are. */
const MOST_SHARE = 0.2;

export class Watch {
  /** The most that was seen. */
  spent: Required<Spent> = { cpuMs: 0, memoryBytes: 0 };
  readonly #leader: number;
  readonly #limits: WatchedLimits;
  readonly #over: (limit: WatchedLimit) => void;
  readonly #isRefused: () => boolean;
  #members: ReadonlySet<number> = new Set();
  #timer: NodeJS.Timeout | undefined;

  /** `leader` is the process that the others descend from, the first of its session. `over` is called once. `isRefused` says whether the system itself held it to a number of processes. */
  constructor(
    leader: number,
    limits: WatchedLimits,
    over: (limit: WatchedLimit) => void,
    isRefused: () => boolean = () => false,
  ) {
    this.#isRefused = isRefused;
    this.#leader = leader;
    this.#limits = limits;
    this.#over = over;
    this.#lookIn(LOOK_EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): void {
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  #look(): void {
    const began = performance.now();
    const living = this.#living();
    const cpuMs = living.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const running = living.filter(({ isZombie }) => !isZombie);
    const memoryBytes = running.reduce((sum, { pid }) => sum + memoryOf(pid), 0);
    // What a process used that nobody has waited for is gone from the sum once it is.
    this.spent = {
      cpuMs: Math.max(this.spent.cpuMs, cpuMs),
      memoryBytes: Math.max(this.spent.memoryBytes, memoryBytes),
    };
    const over = this.#exceeded(running.length);
    if (over !== undefined) this.#over(over);
    else this.#lookIn(Math.max(LOOK_EVERY_MS, (performance.now() - began) / MOST_SHARE));
  }

  /** Those of the session, and whoever descends from one that was seen in it. */
  #living(): readonly ProcessRow[] {
    const rows = allProcesses();
    const members = new Set<number>();
    for (let before = -1; before < members.size; ) {
      before = members.size;
      for (const { pid, parent, session } of rows) {
        if (session === this.#leader || this.#members.has(pid) || members.has(parent)) members.add(pid);
      }
    }
    this.#members = members;
    return rows.filter(({ pid }) => members.has(pid));
  }

  #exceeded(processes: number): WatchedLimit | undefined {
    const { memory, cpu, processes: most } = this.#limits;
    // Of a step that starts processes without end, that is what should be told, not what they use together.
    if (most !== undefined && (processes > most || this.#isRefused())) return 'processes';
    if (memory !== undefined && this.spent.memoryBytes > memory) return 'memory';
    if (cpu !== undefined && this.spent.cpuMs > cpu) return 'cpu';
    return undefined;
  }
}
