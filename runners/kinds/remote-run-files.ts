/** The files of a run for a process without rights: the engine reads and writes them, and looks at each path itself. */
import type { Limits } from '../contract.ts';
import type { Ask } from '../slot/errands.ts';
import { type FileRefusal, RunFiles, type FileValue } from './run-files.ts';

type Told<T> = { readonly ok: true; readonly value: T } | FileRefusal;

export class RemoteRunFiles extends RunFiles {
  readonly #ask: Ask;

  constructor(workdir: string, limits: Pick<Limits, 'memory' | 'files'>, ask: Ask) {
    super(workdir, limits);
    this.#ask = ask;
  }

  override refer(given: string): Told<FileValue> {
    return this.#told('run.refer', given).value as Told<FileValue>;
  }

  override write(given: string, contents: Uint8Array): Told<FileValue> {
    return this.#told('run.write', given, contents).value as Told<FileValue>;
  }

  override readInto(file: FileValue, into: Uint8Array): Told<undefined> {
    const { value, bytes } = this.#told('run.read', JSON.stringify(file));
    const told = value as Told<undefined>;
    if (told.ok) into.set(bytes);
    return told;
  }

  #told(ask: string, about: string, bytes?: Uint8Array): { value: unknown; bytes: Uint8Array } {
    const { answer, bytes: contents } = this.#ask({ ask, args: [about] }, bytes);
    if (answer.exceeded !== undefined) this.exceeded = answer.exceeded;
    return { value: answer.value, bytes: contents };
  }
}
