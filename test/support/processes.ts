// What still runs on this machine.
import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of live processes that contain the text; a zombie has none. */
export function runningWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(text));
}
