/** The machine's processes, as Linux's `/proc` lists them. */
import { readdirSync } from 'node:fs';
import { readProc } from './proc.ts';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** It has ended and waits for its parent to notice. */
  readonly isZombie: boolean;
  /** Milliseconds in steps of 10, those of the children that it has waited for included. */
  readonly cpuMs: number;
}

/** Of the clock in which `/proc` counts CPU time, the same on every Linux. */
const TICKS_PER_SECOND = 100;

/** Empty on other systems. */
export function allProcesses(): readonly ProcessRow[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  const rows: ProcessRow[] = [];
  for (const name of names) {
    const pid = Number(name);
    const row = Number.isInteger(pid) ? processRow(pid) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** Nothing when there is no such process any more. */
export function processRow(pid: number): ProcessRow | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The program's name comes before these, in parentheses, and may have any character in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent, group, session] = [fields[1], fields[2], fields[3]].map(Number);
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid,
    parent: parent!,
    group: group!,
    session: session!,
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
  };
}

let reaped = 0;

/** Leaves out of the next `reapedCpu` what is known of a child already. */
export function countReaped(ms: number): void {
  reaped += ms;
}

/** Milliseconds that this process's children used which it has waited for since it last asked; nothing on other systems. */
export function reapedCpu(): number | undefined {
  const stat = readProc('/proc/self/stat');
  if (stat === undefined) return undefined;
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  const before = reaped;
  reaped = ((user! + system!) * 1000) / TICKS_PER_SECOND;
  return Math.max(0, reaped - before);
}

/** Bytes of memory that are no mere copy of a file; 0 when there is no such process. */
export function memoryOf(pid: number): number {
  const status = readProc(`/proc/${pid}/status`);
  if (status === undefined) return 0;
  let kilobytes = 0;
  for (const [, figure] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)) kilobytes += Number(figure);
  return kilobytes * 1024;
}
