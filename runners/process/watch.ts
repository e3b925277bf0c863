/** Watches what the processes of one step use together, and says when that is more than they may. */
import { availableParallelism } from 'node:os';
import type { LimitName, Spent } from '../contract.ts';
import { allProcesses, memoryOf, processRow, type ProcessRow } from './table.ts';

export type WatchedLimit = Extract<LimitName, 'memory' | 'cpu' | 'processes'>;
export type WatchedLimits = { readonly [K in WatchedLimit]?: number };

const LOOK_EVERY_MS = 25;
/** The same where there is no limit, and looking serves the record only. */
const NOTE_EVERY_MS = 100;
/** Close to the limit of CPU time, those that are known are looked at again after no less than this. */
const GLANCE_EVERY_MS = 3;
/** Looking takes no more than this share of the time, however many processes there are. */
const MOST_SHARE = 0.2;
const CPUS: number = availableParallelism();

export class Watch {
  /** The most that was seen. */
  spent: Spent & { readonly cpuMs: number } = { cpuMs: 0 };
  readonly #leader: number;
  readonly #limits: WatchedLimits;
  readonly #over: (limit: WatchedLimit) => void;
  readonly #isRefused: () => boolean;
  #members: ReadonlySet<number> = new Set();
  #timer: NodeJS.Timeout | undefined;
  /** Of `performance.now()`: when all processes are looked at again. */
  #lookAt = 0;
  readonly #everyMs: number;

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
    this.#everyMs = Object.keys(limits).length > 0 ? LOOK_EVERY_MS : NOTE_EVERY_MS;
    this.#lookAfter(this.#everyMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** At the first process alone, which costs little: some end before all are looked at. */
  glimpse(): void {
    const memoryBytes = memoryOf(this.#leader);
    if (memoryBytes > (this.spent.memoryBytes ?? 0)) this.spent = { ...this.spent, memoryBytes };
  }

  #lookAfter(ms: number): void {
    this.#lookAt = performance.now() + ms;
    this.#wait(0);
  }

  /** Until the next look, or until as much CPU time may have been used as is left. `cost` is how long the last glance took. */
  #wait(cost: number): void {
    const lookIn = this.#lookAt - performance.now();
    const left = (this.#limits.cpu ?? Number.POSITIVE_INFINITY) - this.spent.cpuMs;
    const glanceIn = Math.max(GLANCE_EVERY_MS, cost / MOST_SHARE, left / CPUS);
    const next = glanceIn < lookIn ? (): void => this.#glance() : (): void => this.#look();
    this.#timer = setTimeout(next, Math.min(glanceIn, lookIn));
  }

  /** At the CPU time of those that were found by the last look, which costs little even where there are many others. */
  #glance(): void {
    const began = performance.now();
    let cpuMs = 0;
    for (const pid of this.#members) cpuMs += processRow(pid)?.cpuMs ?? 0;
    this.spent = { ...this.spent, cpuMs: Math.max(this.spent.cpuMs, cpuMs) };
    if (this.#limits.cpu !== undefined && this.spent.cpuMs > this.#limits.cpu) this.#over('cpu');
    else this.#wait(performance.now() - began);
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
      memoryBytes: Math.max(this.spent.memoryBytes ?? 0, memoryBytes),
    };
    const over = this.#exceeded(running.length);
    if (over !== undefined) this.#over(over);
    else this.#lookAfter(Math.max(this.#everyMs, (performance.now() - began) / MOST_SHARE));
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
    if (memory !== undefined && (this.spent.memoryBytes ?? 0) > memory) return 'memory';
    if (cpu !== undefined && this.spent.cpuMs > cpu) return 'cpu';
    return undefined;
  }
}
