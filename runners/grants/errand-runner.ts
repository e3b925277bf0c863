/** Does what a slot asks for, within what its step was granted; the slot is not believed. */
import type { Grants, Limits } from '../contract.ts';
import type { Answer, Question } from '../slot/errands.ts';
import { requestOf } from './fetch.ts';
import type { FileAct } from './file-reach.ts';
import { type FileValue, RunFiles } from '../kinds/run-files.ts';
import { GrantedFiles } from './granted-files.ts';
import { Network } from './network.ts';

const NOTHING = new Uint8Array();

export interface Done {
  readonly answer: Answer;
  readonly bytes: Uint8Array;
}

/** Of one step. */
export class ErrandRunner {
  readonly #files: GrantedFiles;
  readonly #run: RunFiles;
  readonly #network: Network;

  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory' | 'files'>, workdir: string) {
    this.#run = new RunFiles(workdir, limits);
    this.#files = new GrantedFiles(grants, limits);
    this.#network = new Network(grants, limits);
  }

  /** Rejects what is no question. */
  async do({ ask, args }: Question, bytes: Uint8Array): Promise<Done> {
    if (ask === 'fetch') return this.#fetch(args, bytes);
    if (ask.startsWith('run.')) return this.#ofRun(ask, args, bytes);
    const before = this.#files.denied;
    const { value, contents = NOTHING } = this.#act(ask, args, bytes);
    const { denied, exceeded } = this.#files;
    return { answer: { value, ...(denied !== before && { denied }), ...(exceeded && { exceeded }) }, bytes: contents };
  }

  /** Ends what is under way. */
  close(): void {
    this.#network.close();
  }

  #act(ask: string, given: readonly string[], bytes: Uint8Array): { value: unknown; contents?: Uint8Array } {
    const [path, other] = [text(given[0]), given[1]];
    const { tree } = this.#files;
    switch (ask) {
      case 'size':
        return { value: this.#files.size(path) };
      case 'read':
      case 'readToWrite': {
        const read = this.#files[ask](path);
        return read.ok ? { value: { ok: true }, contents: read.value } : { value: read };
      }
      case 'write':
        return { value: this.#files.write(path, bytes) };
      case 'append':
        return { value: this.#files.append(path, bytes) };
      case 'list':
        return { value: this.#files.list(path, act(other)) };
      case 'may':
        return { value: tree.may(this.#place(path), act(other)) };
      case 'deny':
        return { value: tree.deny(this.#place(path), act(other)) ?? null };
      case 'rename':
        return { value: tree.rename(this.#place(path), this.#place(text(other))) };
      case 'entry':
      case 'names':
      case 'makeDirectory':
      case 'remove':
      case 'removeDirectory':
        return { value: tree[ask](this.#place(path)) };
      default:
        throw new Error('it asked for what nobody does');
    }
  }

  #ofRun(ask: string, [about]: readonly string[], bytes: Uint8Array): Done {
    const { value, contents = NOTHING } = this.#runAct(ask, text(about), bytes);
    const { exceeded } = this.#run;
    return { answer: { value, ...(exceeded && { exceeded }) }, bytes: contents };
  }

  #runAct(ask: string, about: string, bytes: Uint8Array): { value: unknown; contents?: Uint8Array } {
    switch (ask) {
      case 'run.refer':
        return { value: this.#run.refer(about) };
      case 'run.write':
        return { value: this.#run.write(about, bytes) };
      case 'run.read': {
        const file = fileIn(about);
        const may = this.#run.admit(file);
        if (!may.ok) return { value: may };
        const contents = new Uint8Array(file.size);
        const read = this.#run.readInto(file, contents);
        return read.ok ? { value: read, contents } : { value: read };
      }
      default:
        throw new Error('it asked for what nobody does');
    }
  }

  /** The tree takes absolute paths without dots. */
  #place(given: string): string {
    const path = this.#files.reach.absolute(given);
    if (path === undefined) throw new Error('it asked for what is no path');
    return path;
  }

  async #fetch([request]: readonly string[], body: Uint8Array): Promise<Done> {
    const fetched = await this.#network.fetch(requestOf(JSON.parse(text(request))), body);
    const { denied, exceeded } = this.#network;
    const more = { ...(denied && { denied }), ...(exceeded && { exceeded }) };
    if (!fetched.ok) return { answer: { value: fetched, ...more }, bytes: NOTHING };
    const { body: bytes, ...head } = fetched;
    return { answer: { value: head, ...more }, bytes };
  }
}

function fileIn(words: string): FileValue {
  const { path, sha256, size } = Object(JSON.parse(words)) as Record<keyof FileValue, unknown>;
  if (typeof path !== 'string' || typeof sha256 !== 'string' || !Number.isSafeInteger(size)) {
    throw new Error('it asked for what is no file');
  }
  return { path, sha256, size: Number(size) };
}

function text(given: unknown): string {
  if (typeof given !== 'string') throw new Error('it asked for nothing in particular');
  return given;
}

function act(given: string | undefined): FileAct {
  return given === 'write' ? 'write' : 'read';
}
