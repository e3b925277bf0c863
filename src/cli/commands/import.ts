/** `hwfe import`: takes in runs that were exported elsewhere. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { whyRefused } from '../../model/refusal.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
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
    // A history is made only where there is something to put into it.
    const files = args.words.map((file): [string, Result<Uint8Array, string>] => [
      file,
      read(resolve(console.cwd, file)),
    ]);
    if (files.every(([, bytes]) => !bytes.ok)) {
      for (const [file, bytes] of files) unread(console, file, bytes);
      return Promise.resolve(STATUS.wrong);
    }
    const use: Parameters<typeof withHistory>[3] = async ({ history }) => {
      let status: number = STATUS.succeeded;
      for (const [file, bytes] of files) {
        if (!bytes.ok) {
          status = unread(console, file, bytes);
          continue;
        }
        const imported = await history.import(bytes.value);
        if (imported.ok) console.out.lines([`Run ${imported.value} was taken in.`]);
        else status = wrong(console, `"${file}" was not taken in: ${imported.error}`);
      }
      return status;
    };
    return withHistory(args, OPTIONS, console, use, { create: true });
  },
};

function read(path: string): Result<Uint8Array, string> {
  try {
    return ok(readFileSync(path));
  } catch (error) {
    return fail(whyRefused(error));
  }
}

function unread(console: Console, file: string, bytes: Result<unknown, string>): number {
  return bytes.ok ? STATUS.succeeded : wrong(console, `"${file}" cannot be read: ${bytes.error}`);
}
