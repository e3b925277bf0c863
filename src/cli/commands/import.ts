/** `hwfe import`: takes in runs that were exported elsewhere. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = COMMON;

export const importCommand: Command = {
  usage: 'import FILE…',
  about: 'Takes runs in that `hwfe export` wrote, each whole or not at all, under their own ids.',
  options: OPTIONS,
  run(args, console) {
    if (args.words.length === 0) return Promise.resolve(wrong(console, 'Name a file: hwfe import FILE'));
    const use: Parameters<typeof withHistory>[3] = async ({ history }) => {
      let status: number = STATUS.succeeded;
      for (const file of args.words) {
        let bytes: Uint8Array;
        try {
          bytes = readFileSync(resolve(console.cwd, file));
        } catch (error) {
          status = wrong(
            console,
            `"${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
          );
          continue;
        }
        const imported = await history.import(bytes);
        if (imported.ok) console.out.lines([`Run ${imported.value} was taken in.`]);
        else status = wrong(console, `"${file}" was not taken in: ${imported.error}`);
      }
      return status;
    };
    return withHistory(args, OPTIONS, console, use, { create: true });
  },
};
