/** Writes behind what a file has, which another writer cannot come between. */
import { closeSync, constants, fstatSync, openSync, realpathSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;

/** `target` is absolute, in a directory without links in its path. A link is not written through, nor a file that has a second name. */
export function appendFile(target: string, contents: Uint8Array): void {
  const file = openSync(target, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    const stat = fstatSync(file);
    const directory = dirname(target);
    if (!stat.isFile() || stat.nlink > 1) throw Object.assign(new Error('it is no file of its own'), { code: 'EPERM' });
    if (realpathSync(directory) !== directory) throw Object.assign(new Error('it was moved away'), { code: 'ELOOP' });
    for (let at = 0; at < contents.length; ) at += writeSync(file, contents, at);
  } finally {
    closeSync(file);
  }
}
