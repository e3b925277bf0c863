/** Guest code, and Node's too: bytes, files and tables as a step has them, and the global `hwfe`. */
import type { Table, Tables } from './tables.ts';

/** What the host does for them; also of Node, where a step runs natively. Strings are JSON. */
export interface KindsHost {
  base64(bytes: ArrayBuffer): string;
  unbase64(text: string): ArrayBuffer;
  /** UTF-8 of a JSON string. */
  encodeText(text: string): ArrayBuffer;
  /** A JSON string, or an empty text when the bytes or the label are refused. */
  decodeText(bytes: ArrayBuffer, label: string, fatal: boolean, ignoreBom: boolean): string;
  /** Answers a `FileAnswer`; `buffer` is what is written. */
  files(ask: FileQuestion, args: string, buffer: ArrayBuffer): string;
  /** The file's bytes, or a `FileAnswer`. */
  readFile(args: string): ArrayBuffer | string;
  /** Of files of the machine. Answers a `GrantAnswer`; `buffer` is what is written. */
  grants(ask: GrantQuestion, path: string, buffer: ArrayBuffer): string;
  /** The file's bytes, or a `GrantAnswer`. */
  readGranted(path: string): ArrayBuffer | string;
}

export type GrantQuestion = 'size' | 'write' | 'list';

export interface GrantAnswer {
  readonly ok: boolean;
  /** A size, or a list of paths. */
  readonly value?: unknown;
  readonly message?: string;
}

export type FileQuestion = 'refer' | 'write' | 'admit';

/** A file of the run's directory. */
export interface File {
  /** Relative to the run's directory. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  bytes(): Uint8Array;
  text(): string;
}

export interface FileAnswer {
  readonly ok: boolean;
  readonly value?: { readonly path: string; readonly sha256: string; readonly size: number };
  readonly message?: string;
}

export interface Kinds {
  readonly hwfe: {
    file(path: unknown, contents?: unknown): File;
    table(given: unknown): Table;
    /** Files of the machine, where the step's permissions name them. */
    read(path: unknown): string;
    readBytes(path: unknown): Uint8Array;
    write(path: unknown, contents: unknown): void;
    list(pattern: unknown): string[];
  };
  readonly tables: Tables;
  /** What an object whose first key is `key`, a mark and a kind's letter, stands for. */
  revive(key: string, members: Readonly<Record<string, unknown>>): unknown;
  /** The text of an ArrayBuffer, a DataView, a Uint8Array; nothing for what is too long for one. */
  bytesText(value: object): string | undefined;
}

export function createKinds(host: KindsHost, tables: Tables): Kinds {
  const { parse, stringify } = JSON;
  const { freeze } = Object;
  /** Base64 of more would be a string that no host has. */
  const MOST_BYTES = 2 ** 28;
  const none = new ArrayBuffer(0);

  function checked<T extends FileAnswer | GrantAnswer>(text: string): T {
    const answer = parse(text) as T;
    if (!answer.ok) throw new Error(answer.message);
    return answer;
  }

  function ask(what: FileQuestion, args: unknown, buffer: ArrayBuffer): FileAnswer {
    return checked(host.files(what, stringify(args), buffer));
  }

  /** What the host hands over needs room, and only here its lack is an error of the step. */
  function makeRoom(size: number): void {
    new ArrayBuffer(size);
  }

  class StepFile implements File {
    declare readonly $file: string;
    declare readonly sha256: string;
    declare readonly size: number;

    constructor(path: string, sha256: string, size: number) {
      // Its own members are what it leaves as.
      freeze(Object.assign(this, { $file: path, sha256, size }));
    }

    get path(): string {
      return this.$file;
    }

    bytes(): Uint8Array {
      const { $file: path, sha256, size } = this;
      ask('admit', { path, sha256, size }, none);
      makeRoom(size);
      const buffer = host.readFile(stringify({ path, sha256, size }));
      if (typeof buffer === 'string') throw new Error(checked<FileAnswer>(buffer).message);
      return new Uint8Array(buffer);
    }

    text(): string {
      return textOf(this.bytes(), this.$file, 'bytes');
    }
  }

  function textOf(bytes: Uint8Array, path: string, instead: string): string {
    const text = host.decodeText(bytes.buffer as ArrayBuffer, 'utf-8', true, true);
    if (text === '') throw new Error(`The file "${path}" is no UTF-8 text; use ${instead}()`);
    return parse(text) as string;
  }

  /** Exactly the bytes that a view shows. */
  function bufferOf(value: ArrayBuffer | ArrayBufferView): ArrayBuffer {
    if (!ArrayBuffer.isView(value)) return value;
    const { buffer, byteOffset, byteLength } = value;
    const isWhole = byteOffset === 0 && byteLength === buffer.byteLength;
    return (isWhole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
  }

  function pathFor(name: string, path: unknown): string {
    if (typeof path === 'string') return path;
    throw new TypeError(`hwfe.${name} takes a path as a string`);
  }

  function contentsFor(name: string, contents: unknown): ArrayBuffer {
    if (typeof contents === 'string') return host.encodeText(stringify(contents.toWellFormed()));
    if (ArrayBuffer.isView(contents) || contents instanceof ArrayBuffer) return bufferOf(contents);
    throw new TypeError(`hwfe.${name} takes the contents as a string, a Uint8Array or an ArrayBuffer`);
  }

  function readBytes(name: string, given: unknown): Uint8Array {
    const path = pathFor(name, given);
    makeRoom(checked<GrantAnswer>(host.grants('size', stringify(path), none)).value as number);
    const buffer = host.readGranted(stringify(path));
    if (typeof buffer === 'string') throw new Error(checked<GrantAnswer>(buffer).message);
    return new Uint8Array(buffer);
  }

  function file(given: unknown, contents?: unknown): File {
    const path = pathFor('file', given);
    const { value } =
      contents === undefined ? ask('refer', path, none) : ask('write', path, contentsFor('file', contents));
    return new StepFile(value!.path, value!.sha256, value!.size);
  }

  return {
    hwfe: {
      file,
      table: (given) => tables.from(given),
      read: (path) => textOf(readBytes('read', path), path as string, 'hwfe.readBytes'),
      readBytes: (path) => readBytes('readBytes', path),
      write: (path, contents) => {
        checked<GrantAnswer>(host.grants('write', stringify(pathFor('write', path)), contentsFor('write', contents)));
      },
      list: (pattern) =>
        checked<GrantAnswer>(host.grants('list', stringify(pathFor('list', pattern)), none)).value as string[],
    },
    tables,
    revive: (key, members) => {
      const inside = members[key];
      const letter = key[key.length - 1];
      if (letter === 't') return tables.make(inside as Parameters<Tables['make']>[0]);
      if (letter === 'f') return new StepFile(inside as string, members['sha256'] as string, members['size'] as number);
      const text = inside as string;
      makeRoom(text.length);
      return new Uint8Array(host.unbase64(text));
    },
    bytesText: (value) => {
      const buffer = bufferOf(value as ArrayBuffer | ArrayBufferView);
      return buffer.byteLength > MOST_BYTES ? undefined : `{"$bytes":"${host.base64(buffer)}"}`;
    },
  };
}
