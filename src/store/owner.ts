/** Which process a run belongs to, and whether that process is still there. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  readonly pid: number;
  /** When the process started, in the system's own count; empty where the system does not tell. */
  readonly process: string;
  /** The machine since its last start, and where Linux tells the namespace in which `pid` counts. */
  readonly machine: string;
}

let own: Owner | undefined;

export function thisProcess(): Owner {
  own ??= { pid: process.pid, process: startOf(process.pid) ?? '', machine: machine() };
  return own;
}

/** A process of another container of this machine cannot be seen and counts as alive; what ran before the last start does not. */
export function isAlive(owner: Owner): boolean {
  const here = thisProcess();
  const [host, boot, namespace] = owner.machine.split(' ');
  const [ownHost, ownBoot, ownNamespace] = here.machine.split(' ');
  if (host !== ownHost && boot !== ownBoot) return true;
  if (boot !== ownBoot) return false;
  if (namespace !== ownNamespace) return true;
  const start = startOf(owner.pid);
  if (start !== undefined) return start === owner.process;
  if (own?.process !== '') return false;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function machine(): string {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '-';
  let namespace = '-';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {}
  return `${hostname().replaceAll(' ', '')} ${boot} ${namespace}`;
}

/** Nothing if there is no such process, it has ended, or the system has no `/proc`. */
function startOf(pid: number): string | undefined {
  // The program's name stands in parentheses and may itself hold some.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
