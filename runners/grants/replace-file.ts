/** Writes a file whole or not at all, under another name first. */
import { closeSync, constants, lstatSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** `target` is absolute, in a directory without links in its path. Neither a link nor a second name of the file is written through. */
export function replaceFile(target: string, contents: Uint8Array): void {
  const directory = dirname(target);
  const before = lstatSync(target, { throwIfNoEntry: false });
  const mode = before?.isFile() === true ? before.mode & 0o777 : 0o666;
  const temporary = join(directory, `.hwfe-${globalThis.crypto.randomUUID()}`);
  const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    if (realpathSync(directory) !== directory) throw Object.assign(new Error('it was moved away'), { code: 'ELOOP' });
    for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
