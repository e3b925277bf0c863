/** How busy the machine is: what can be asked in microseconds, as often as one likes. */
import { readFileSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';

export interface Reading {
  /** Tasks of the whole machine that run or wait for a processor, this process not counted. */
  readonly runnable: number;
  readonly processors: number;
  /** Bytes that could be had without swapping: of the machine, or of the control group where that has fewer. */
  readonly free: number;
  readonly memory: number;
}

export interface MachineProbe {
  read(): Reading;
}

/** Where Linux does not tell, the load of the last minute and what the system calls free have to do. */
export class SystemProbe implements MachineProbe {
  readonly #processors = Math.max(1, cpus().length);
  readonly #group = controlGroup();

  read(): Reading {
    const total = totalmem();
    const inGroup = this.#group?.();
    const free = available() ?? freemem();
    const narrow = inGroup !== undefined && inGroup.memory < total;
    return {
      runnable: runnable() ?? loadavg()[0] ?? 0,
      processors: this.#processors,
      free: narrow ? Math.min(free, inGroup.free) : free,
      memory: narrow ? inGroup.memory : total,
    };
  }
}

function runnable(): number | undefined {
  const [, count] = / (\d+)\/\d+ /.exec(read('/proc/loadavg') ?? '') ?? [];
  return count === undefined ? undefined : Math.max(0, Number(count) - 1);
}

function available(): number | undefined {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '') ?? [];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** Nothing where no control group bounds the memory. */
function controlGroup(): (() => { free: number; memory: number } | undefined) | undefined {
  const own = read('/proc/self/cgroup') ?? '';
  const [, path] = /^0::(.*)$/m.exec(own) ?? [];
  const [, older] = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(own) ?? [];
  const places = [
    ...(path === undefined ? [] : [[`/sys/fs/cgroup${path}`, 'memory.max', 'memory.current', 'inactive_file']]),
    ...['', older ?? ''].map((at) => [
      `/sys/fs/cgroup/memory${at}`,
      'memory.limit_in_bytes',
      'memory.usage_in_bytes',
      'total_inactive_file',
    ]),
  ];
  for (const [folder, most, used, reclaimable] of places) {
    const look = (): { free: number; memory: number } | undefined => {
      const memory = Number(read(`${folder}/${most}`) ?? Number.NaN);
      const current = Number(read(`${folder}/${used}`) ?? Number.NaN);
      // What is only kept of files is given up when something else needs the room.
      const [, cached = '0'] =
        new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(read(`${folder}/memory.stat`) ?? '') ?? [];
      const free = memory - Math.max(0, current - Number(cached));
      return Number.isFinite(free) ? { free: Math.max(0, free), memory } : undefined;
    };
    if (look() !== undefined) return look;
  }
  return undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}
