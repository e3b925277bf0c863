/** Contents of mounted files: read as a file is opened, written whole as it is closed. */
import type { FileRefused } from '../grants/file-reach.ts';
import type { Budget } from './budget.ts';
import type { MountStep } from './mount-step.ts';
import type { FileNode, FileStream, Pyodide } from './pyodide.ts';

/** Of the flags of a stream. */
const ACCESS = 0b11;
const READ_ONLY = 0;
const WRITE_ONLY = 1;

/** What is open, and how often. */
interface Opened {
  streams: number;
  isDirty: boolean;
}

export class MountedContents {
  /** What Emscripten does with a stream, by way of its own files in memory. */
  readonly streams: object;
  /** Why something was not written. */
  unwritten: string | undefined;
  readonly #python: Pyodide;
  readonly #budget: Budget;
  readonly #step: MountStep;
  readonly #opened = new Map<FileNode, Opened>();

  constructor(python: Pyodide, budget: Budget, step: MountStep) {
    this.#python = python;
    this.#budget = budget;
    this.#step = step;
    const own = python._module.MEMFS.stream_ops;
    const { write } = own;
    this.streams = {
      ...own,
      open: (stream: FileStream) => this.#open(stream),
      close: (stream: FileStream) => this.#close(stream),
      fsync: ({ node }: FileStream) => {
        const state = this.#opened.get(node);
        if (state !== undefined) this.#saved(node, state);
        return 0;
      },
      write: (...given: Parameters<typeof write>) => {
        this.#stateOf(given[0].node).isDirty = true;
        return write(...given);
      },
    };
  }

  isOpen(node: FileNode): boolean {
    return this.#opened.has(node);
  }

  /** Made by its name, and not written yet. */
  made(node: FileNode): void {
    this.#stateOf(node).isDirty = true;
  }

  /** It is gone or another. True where it was not written yet. */
  forget(node: FileNode): boolean {
    const wasDirty = this.#opened.get(node)?.isDirty === true;
    this.#opened.delete(node);
    return wasDirty;
  }

  resize(node: FileNode, size: number): void {
    this.#step.check(this.#path(node), 'write');
    const isOpen = this.#opened.has(node);
    if (!isOpen && size > 0) this.#load(node, true);
    const state = this.#stateOf(node);
    this.#python._module.MEMFS.resizeFileStorage(node, size);
    state.isDirty = true;
    // One that is emptied is about to be opened.
    if (!isOpen && size > 0) this.#closed(node, state);
  }

  unload(node: FileNode): void {
    Object.assign(node, { contents: new Uint8Array(), usedBytes: 0 });
  }

  saveAll(): void {
    for (const [node, state] of this.#opened) this.#save(node, state);
  }

  clear(): void {
    this.#opened.clear();
    this.unwritten = undefined;
  }

  #open({ node, flags }: FileStream): void {
    const path = this.#path(node);
    const access = flags & ACCESS;
    if (access !== READ_ONLY) this.#step.check(path, 'write');
    if (access !== WRITE_ONLY) this.#step.check(path, 'read');
    // A file that is made or emptied as it is opened is there already.
    if (!this.#opened.has(node)) this.#load(node, access === WRITE_ONLY);
    this.#stateOf(node).streams += 1;
  }

  #close({ node }: FileStream): void {
    const state = this.#opened.get(node);
    if (state === undefined) return;
    state.streams -= 1;
    if (state.streams <= 0) this.#closed(node, state);
  }

  #closed(node: FileNode, state: Opened): void {
    this.#opened.delete(node);
    try {
      this.#saved(node, state);
    } finally {
      this.unload(node);
    }
  }

  #load(node: FileNode, isToWrite: boolean): void {
    const { now } = this.#step;
    const path = this.#path(node);
    const read = isToWrite ? now.readToWrite(path) : now.read(path);
    if (!read.ok) return this.#step.fail(read.code ?? 'EIO');
    this.#budget.hold(read.value.length);
    Object.assign(node, { contents: read.value, usedBytes: read.value.length });
  }

  #save(node: FileNode, state: Opened): FileRefused | undefined {
    const { granted } = this.#step;
    if (!state.isDirty || granted === undefined) return undefined;
    state.isDirty = false;
    const written = granted.write(this.#path(node), this.#python._module.MEMFS.getFileDataAsTypedArray(node));
    if (written.ok) return undefined;
    this.unwritten ??= written.message;
    return written;
  }

  #saved(node: FileNode, state: Opened): void {
    const refusal = this.#save(node, state);
    if (refusal !== undefined) this.#step.fail(refusal.code ?? 'EIO');
  }

  #stateOf(node: FileNode): Opened {
    const state = this.#opened.get(node) ?? { streams: 0, isDirty: false };
    this.#opened.set(node, state);
    return state;
  }

  #path(node: FileNode): string {
    return this.#python.FS.getPath(node);
  }
}
