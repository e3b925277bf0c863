/** Granted files as they lie in directories: what is where, and directories and names that change. */
import { lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileAct, FileReach } from './file-reach.ts';
import { realOf } from './pattern.ts';

export interface Entry {
  readonly kind: 'file' | 'directory';
  readonly size: number;
  /** When it was changed, in milliseconds since 1970. */
  readonly changedAt: number;
}

/** The system's word for why not; `EACCES` for what is not granted, whether it is there or not. */
export type Done<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: string };

const ACTS: readonly FileAct[] = ['read', 'write'];

/** Takes absolute paths without dots. */
export class GrantedTree {
  readonly #reach: FileReach;

  constructor(reach: FileReach) {
    this.#reach = reach;
  }

  /** Of a file, as it is called and where it really is; a denial is noted. */
  may(path: string, act: FileAct): boolean {
    const real = attempt(() => (act === 'read' ? realOf(path) : join(realOf(dirname(path)), basename(path))));
    const reach = this.#reach;
    if (real.ok && reach.allows(path, act, false) && reach.allows(real.value, act, true)) return true;
    this.deny(path, act);
    return false;
  }

  /** Says why not, for whoever may grant it. */
  deny(path: string, act: FileAct): void {
    const shown = this.#reach.shown(path);
    if (this.#reach.deny(shown, path, act, false) === undefined) this.#reach.deny(shown, realOf(path), act, true);
  }

  /** Names of what `entry` shows in a directory, but for links to directories, which may lead in circles. */
  names(path: string): Done<readonly string[]> {
    const found = this.entry(path);
    if (!found.ok) return found;
    if (found.value.kind === 'file') return { ok: false, code: 'ENOTDIR' };
    return attempt(() =>
      readdirSync(path, { withFileTypes: true }).flatMap((each) => {
        const inside = this.entry(join(path, each.name));
        const isShown = inside.ok && !(each.isSymbolicLink() && inside.value.kind === 'directory');
        return isShown ? [each.name] : [];
      }),
    );
  }

  makeDirectory(path: string): Done<undefined> {
    return this.#changing(path, (target) => mkdirSync(target), true);
  }

  remove(path: string): Done<undefined> {
    return this.#changing(path, (target) => unlinkSync(target));
  }

  removeDirectory(path: string): Done<undefined> {
    return this.#changing(path, (target) => rmdirSync(target));
  }

  /** Of a file. What may not be read does not come to where it may. */
  rename(path: string, to: string): Done<undefined> {
    if (this.#reach.allows(to, 'read', false) && !this.#reach.allows(path, 'read', false)) {
      this.deny(path, 'read');
      return { ok: false, code: 'EACCES' };
    }
    return this.#changing(path, (from) => {
      if (!lstatSync(from).isFile()) throw Object.assign(new Error('only files are renamed'), { code: 'EPERM' });
      const done = this.#changing(to, (target) => renameSync(from, target));
      if (!done.ok) throw Object.assign(new Error('it cannot be renamed'), { code: done.code });
    });
  }

  /** Also of what may only be written, and of directories on the way to what is granted. */
  entry(path: string): Done<Entry> {
    const reach = this.#reach;
    const asFile = ACTS.filter((act) => reach.allows(path, act, false));
    const asDirectory = ACTS.filter((act) => reach.mayEnter(path, act, false));
    if (asFile.length + asDirectory.length === 0) return { ok: false, code: 'EACCES' };
    return attempt(() => {
      const real = realpathSync(path);
      const stat = statSync(real);
      const isGranted = stat.isDirectory()
        ? [...asFile, ...asDirectory].some((act) => reach.mayEnter(real, act, true) || reach.allows(real, act, true))
        : stat.isFile() && asFile.some((act) => reach.allows(real, act, true));
      if (!isGranted) throw Object.assign(new Error('it is not granted'), { code: 'EACCES' });
      return { kind: stat.isDirectory() ? 'directory' : 'file', size: stat.size, changedAt: stat.mtimeMs };
    });
  }

  /** Looks at the name as it is called, and at the place where it really is. */
  #changing(path: string, change: (target: string) => void, isOnTheWay = false): Done<undefined> {
    const reach = this.#reach;
    const may = (at: string, isReal: boolean): boolean =>
      reach.allows(at, 'write', isReal) || (isOnTheWay && reach.mayEnter(at, 'write', isReal));
    const denied = { ok: false, code: 'EACCES' } as const;
    if (!may(path, false)) {
      this.deny(path, 'write');
      return denied;
    }
    return attempt(() => {
      const target = join(realOf(dirname(path)), basename(path));
      if (!may(target, true)) {
        reach.deny(reach.shown(path), target, 'write', true);
        throw Object.assign(new Error('it is not granted'), { code: 'EACCES' });
      }
      change(target);
      return undefined;
    });
  }
}

function attempt<T>(act: () => T): Done<T> {
  try {
    return { ok: true, value: act() };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { ok: false, code: String(error.code) };
  }
}
