// What a command left on the machine: every process that it started carries its marker in its environment.
import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of live processes whose environment or command line has the text in it; a zombie has neither. */
function processesWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].some((file) => read(file).includes(text)))
    .map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '));
}

/** Waits until none is left, since what was killed takes a moment to go; gives those that stay for 20 seconds. */
export async function leftovers(text: string): Promise<string[]> {
  let left = processesWith(text);
  for (let i = 0; i < 200 && left.length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    left = processesWith(text);
  }
  return left;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
