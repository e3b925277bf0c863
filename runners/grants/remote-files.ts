/** Granted files of a process without rights: what it may not do itself, the engine does, which looks at each act. */
import type { Grants, Limits } from '../contract.ts';
import type { Ask } from '../slot/errands.ts';
import type { FileAct, FileReach } from './file-reach.ts';
import { type Granted, GrantedFiles } from './granted-files.ts';
import { type Done, type Entry, GrantedTree } from './granted-tree.ts';

const NOTHING = new Uint8Array();

/** Notes what was denied and which limit was met. */
function asking(
  ask: Ask,
  files: RemoteFiles,
): (what: string, args: readonly string[], bytes?: Uint8Array) => { value: unknown; bytes: Uint8Array } {
  return (what, args, given = NOTHING) => {
    const { answer, bytes } = ask({ ask: what, args }, given);
    if (answer.denied !== undefined) {
      files.reach.denied = answer.denied;
      const path = args[0] === undefined ? undefined : files.reach.absolute(args[0]);
      if (path !== undefined) files.reach.denials.set(path, answer.denied);
    }
    files.exceeded = answer.exceeded ?? files.exceeded;
    return { value: answer.value, bytes };
  };
}

export class RemoteFiles extends GrantedFiles {
  override readonly tree: GrantedTree;
  readonly #ask: ReturnType<typeof asking>;

  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory' | 'files'>, ask: Ask) {
    super(grants, limits);
    this.#ask = asking(ask, this);
    this.tree = new RemoteTree(this.reach, this.#ask);
  }

  override size(given: string): Granted<number> {
    return this.#ask('size', [given]).value as Granted<number>;
  }

  override read(given: string): Granted<Uint8Array> {
    return this.#contents('read', given);
  }

  override readToWrite(given: string): Granted<Uint8Array> {
    return this.#contents('readToWrite', given);
  }

  override write(given: string, contents: Uint8Array): Granted<undefined> {
    return this.#ask('write', [given], contents).value as Granted<undefined>;
  }

  override append(given: string, contents: Uint8Array): Granted<undefined> {
    return this.#ask('append', [given], contents).value as Granted<undefined>;
  }

  override list(given: string, act: FileAct = 'read'): Granted<readonly string[]> {
    return this.#ask('list', [given, act]).value as Granted<readonly string[]>;
  }

  #contents(what: string, given: string): Granted<Uint8Array> {
    const { value, bytes } = this.#ask(what, [given]);
    const read = value as Granted<unknown>;
    return read.ok ? { ok: true, value: bytes } : read;
  }
}

class RemoteTree extends GrantedTree {
  readonly #ask: ReturnType<typeof asking>;

  constructor(reach: FileReach, ask: ReturnType<typeof asking>) {
    super(reach);
    this.#ask = ask;
  }

  override may(path: string, act: FileAct): boolean {
    return this.#ask('may', [path, act]).value === true;
  }

  override deny(path: string, act: FileAct): void {
    this.#ask('deny', [path, act]);
  }

  override entry(path: string): Done<Entry> {
    return this.#ask('entry', [path]).value as Done<Entry>;
  }

  override names(path: string): Done<readonly string[]> {
    return this.#ask('names', [path]).value as Done<readonly string[]>;
  }

  override makeDirectory(path: string): Done<undefined> {
    return this.#ask('makeDirectory', [path]).value as Done<undefined>;
  }

  override remove(path: string): Done<undefined> {
    return this.#ask('remove', [path]).value as Done<undefined>;
  }

  override removeDirectory(path: string): Done<undefined> {
    return this.#ask('removeDirectory', [path]).value as Done<undefined>;
  }

  override rename(path: string, to: string): Done<undefined> {
    return this.#ask('rename', [path, to]).value as Done<undefined>;
  }
}
