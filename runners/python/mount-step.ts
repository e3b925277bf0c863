/** The step to which mounted files belong, and how what it asks of them is refused. */
import { errnoOf } from '../errno.ts';
import type { FileAct } from '../grants/file-reach.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Done } from '../grants/granted-tree.ts';
import type { FileSystem } from './pyodide.ts';

export class MountStep {
  /** Of the step that runs now; nothing between steps, when no file may be touched. */
  granted: GrantedFiles | undefined;
  readonly #FS: FileSystem;

  constructor(FS: FileSystem) {
    this.#FS = FS;
  }

  get now(): GrantedFiles {
    return this.granted ?? this.fail('EPERM');
  }

  fail(code: string): never {
    throw new this.#FS.ErrnoError(errnoOf(code));
  }

  got<T>(done: Done<T>): T {
    return done.ok ? done.value : this.fail(done.code);
  }

  check(path: string, act: FileAct): void {
    if (!this.now.tree.may(path, act)) this.fail('EACCES');
  }

  /** Notes which permission would allow it, and gives the error's number. */
  denied(path: string, act: FileAct): number {
    this.granted?.tree.deny(path, act);
    return errnoOf('EACCES');
  }
}
