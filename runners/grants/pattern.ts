/** Patterns of absolute paths: `*` and `?` within a name, `**` for any number of directories, a slash at the end for all below. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export class Pattern {
  /** The directory that holds all it matches. */
  readonly base: string;
  /** The pattern below `base`, name by name. */
  readonly #rest: readonly (string | RegExp)[];

  private constructor(base: string, rest: readonly (string | RegExp)[]) {
    this.base = base;
    this.#rest = rest;
  }

  /** A relative pattern starts at `directory`. */
  static from(text: string, directory: string): Pattern {
    const names = resolve(directory, text).split('/').slice(1);
    // `resolve` takes the slash away.
    const parts = text.endsWith('/') ? [...names.filter((name) => name !== ''), '**'] : names;
    const wild = parts.findIndex((name) => /[*?]/.test(name));
    const fixed = wild === -1 ? parts.length - 1 : wild;
    const rest = parts.slice(fixed).flatMap((name, i, all) => {
      if (name !== '**') return [/[*?]/.test(name) ? expression(name) : name];
      // Something has to be below.
      return i === all.length - 1 ? ['**', expression('*')] : ['**'];
    });
    return new Pattern(`/${parts.slice(0, fixed).join('/')}`, rest);
  }

  /** The same below where `base` really is; links in it were there when the pattern was written. */
  real(): Pattern {
    return new Pattern(realOf(this.base), this.#rest);
  }

  matches(path: string): boolean {
    return this.#states(path)?.has(this.#rest.length) ?? false;
  }

  /** Whether something in this directory, or below, may match. */
  mayLeadInto(directory: string): boolean {
    if (directory === this.base || `${this.base}/`.startsWith(directory === '/' ? '/' : `${directory}/`)) return true;
    const states = this.#states(directory);
    return states !== undefined && [...states].some((state) => state < this.#rest.length);
  }

  /** How far into `rest` the names of the path can have led; nothing for a path elsewhere. */
  #states(path: string): Set<number> | undefined {
    const inside = this.base === '/' ? '/' : `${this.base}/`;
    if (!path.startsWith(inside)) return undefined;
    let states = this.#withSkips([0]);
    for (const name of path.slice(inside.length).split('/')) {
      const next: number[] = [];
      for (const state of states) {
        const part = this.#rest[state];
        if (part === '**') next.push(state);
        else if (part !== undefined && (typeof part === 'string' ? part === name : part.test(name)))
          next.push(state + 1);
      }
      states = this.#withSkips(next);
    }
    return states;
  }

  /** `**` may stand for nothing. */
  #withSkips(states: readonly number[]): Set<number> {
    const all = new Set(states);
    for (const state of all) if (this.#rest[state] === '**') all.add(state + 1);
    return all;
  }
}

/** The path without links; what is not there yet is as it is called. */
export function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')))
      throw error;
    return path === '/' ? path : join(realOf(dirname(path)), basename(path));
  }
}

function expression(name: string): RegExp {
  const text = name
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 'su');
}
