/** Which files of the machine a step may reach: each path is looked at here, as it is called and as where it really is. */
import { relative, resolve } from 'node:path';
import type { GrantLayer, Grants } from '../contract.ts';
import type { Denial } from './denial.ts';
import { Pattern } from './pattern.ts';

export type FileAct = 'read' | 'write';

/** `code` is the system's word for it, where it has one. */
export interface FileRefused {
  readonly ok: false;
  readonly message: string;
  readonly code?: string;
}

interface Layer extends Pick<GrantLayer, 'from'> {
  readonly patterns: Readonly<Record<FileAct, readonly Pattern[]>>;
}

const LONGEST_PATH = 4000;
const MOST_DENIALS = 1000;

export class FileReach {
  /** The last act that was denied, whether or not the step noticed. */
  denied: Denial | undefined;
  /** Where relative paths start. */
  readonly directory: string;
  /** By the absolute paths that were asked for; of many, the first ones. */
  readonly denials: Map<string, Denial> = new Map<string, Denial>();
  readonly #layers: readonly Layer[];

  /** Without grants, nothing is granted. */
  constructor(grants: Grants | undefined) {
    const directory = grants?.directory ?? '/';
    this.directory = directory;
    this.#layers = (grants?.layers ?? []).map(({ from, read, write }) => ({
      from,
      patterns: {
        read: read.map((text) => Pattern.from(text, directory)),
        write: write.map((text) => Pattern.from(text, directory)),
      },
    }));
  }

  /** Directories that hold all that may be granted; none where nothing is. */
  get bases(): readonly string[] {
    const acts = (['read', 'write'] as const).filter((act) => this.#isOpen(act));
    return this.#layers.flatMap(({ patterns }) => acts.flatMap((act) => patterns[act].map(({ base }) => base)));
  }

  #isOpen(act: FileAct): boolean {
    return this.#layers.length > 0 && this.#layers.every(({ patterns }) => patterns[act].length > 0);
  }

  /** Nothing for what is no path. */
  absolute(given: string): string | undefined {
    if (given === '' || given.length > LONGEST_PATH || given.includes('\0') || !given.isWellFormed()) return undefined;
    return resolve(this.directory, given);
  }

  /** The path as it may be shown: relative where it is below the workflow's directory. */
  shown(path: string): string {
    const below = relative(this.directory, path);
    return below === '' || below.startsWith('..') ? path : below;
  }

  allows(path: string, act: FileAct, isReal: boolean): boolean {
    return this.#layers.length > 0 && this.#firstAgainst(path, act, isReal) === undefined;
  }

  /** Whether something in the directory, or below, may be granted. */
  mayEnter(directory: string, act: FileAct, isReal: boolean): boolean {
    return (
      this.#isOpen(act) &&
      this.#layers.every(({ patterns }) =>
        patterns[act].some((pattern) => (isReal ? pattern.real() : pattern).mayLeadInto(directory)),
      )
    );
  }

  /** Nothing where the act is granted. */
  deny(given: string, path: string, act: FileAct, isReal: boolean): FileRefused | undefined {
    const against = this.#firstAgainst(path, act, isReal);
    if (this.#layers.length > 0 && against === undefined) return undefined;
    return this.denial(given, path, act, against);
  }

  denial(given: string, path: string, act: FileAct, against?: Pick<Layer, 'from'>): FileRefused {
    const whose = against?.from ?? 'step';
    const wanted = this.shown(path);
    const leads = resolve(this.directory, given) === path ? '' : `, which leads to ${JSON.stringify(wanted)},`;
    const told = `${JSON.stringify(given.slice(0, 200))} is not granted to be ${act === 'read' ? 'read' : 'written'}`;
    this.denied = {
      told,
      message: `The step may not ${act} ${JSON.stringify(given.slice(0, 200))}${leads} as the permissions of the ${whose} do not name it`,
      grant: `permissions = { ${act} = [${JSON.stringify(wanted)}] }`,
    };
    if (this.denials.size < MOST_DENIALS) this.denials.set(resolve(this.directory, given), this.denied);
    return { ok: false, message: told, code: 'EACCES' };
  }

  #firstAgainst(path: string, act: FileAct, isReal: boolean): Layer | undefined {
    return this.#layers.find(
      ({ patterns }) => !patterns[act].some((pattern) => (isReal ? pattern.real() : pattern).matches(path)),
    );
  }
}
