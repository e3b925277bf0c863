/** How much memory one step may use: the interpreter's own and what its virtual files hold, which lies outside of it. */
import type { Limits } from '../contract.ts';
import { EMBEDDED_MEMORY } from '../limits.ts';
import type { FileNode, FileSystem, Interior, Pyodide } from './pyodide.ts';

const PAGE = 65_536;
/** What Emscripten adds when it grows, so that it grows seldom. */
const GROWTH_FACTOR = 1.2;
const LARGEST_RESERVE = 96 * 1024 * 1024;

/** How files grow, as Emscripten has it. */
const DOUBLES_BELOW = 1024 * 1024;
const SLOW_GROWTH = 1.125;

/** What one file or directory costs besides its bytes. */
const NODE_BYTES = 1024;
const PIPE_BYTES = 1024 * 1024;
const PIPE_BUCKET = 8192;
/** Emscripten keeps two nodes of every pipe, also of a closed one. */
const MOST_PIPES = 4096;

/** Errors of Emscripten's C library. */
const EAGAIN = 6;
const EFBIG = 22;
const EMFILE = 33;
const ENOSPC = 51;

export class Budget {
  readonly #python: Pyodide;
  readonly #interior: Interior;
  #memory = Number.POSITIVE_INFINITY;
  #largestFile = Number.POSITIVE_INFINITY;
  /** Bytes and nodes of the files that were there before; what a step's hold is counted from here. */
  #atRest = 0;
  #held = 0;
  #pipes = 0;
  #exceeded: 'memory' | 'files' | undefined;

  /** Watches every way in which files of this interpreter grow. */
  constructor(python: Pyodide, interior: Interior) {
    this.#python = python;
    this.#interior = interior;
    watchFiles(python, this);
    watchPipes(python, this);
  }

  /** Which limit the step ran into, whether or not it noticed. */
  get exceeded(): 'memory' | 'files' | undefined {
    return this.#exceeded;
  }

  /** Counts from now, for one step. */
  begin(limits: Limits): void {
    this.#memory = limits.memory ?? EMBEDDED_MEMORY;
    this.#largestFile = limits.files ?? Number.POSITIVE_INFINITY;
    this.#exceeded = undefined;
    this.#held = 0;
    this.#pipes = 0;
  }

  /** Until the next step, the host may write what it likes. */
  end(): void {
    this.#memory = Number.POSITIVE_INFINITY;
    this.#largestFile = Number.POSITIVE_INFINITY;
  }

  /** Call it when no step has run yet. */
  rest(): void {
    this.#atRest = held(this.#python.FS);
  }

  /** In Emscripten's terms: whether the memory has at least `bytes` now. */
  growTo(bytes: number): boolean {
    const reserve = Math.min(this.#heap * GROWTH_FACTOR, bytes + LARGEST_RESERVE);
    const most = Math.floor((this.#memory - this.#held) / PAGE) * PAGE;
    if (bytes > most) {
      this.#exceeded = 'memory';
      return false;
    }
    const size = Math.min(most, Math.ceil(Math.max(bytes, reserve) / PAGE) * PAGE);
    return this.#python._module.growMemory(size) === 1;
  }

  /** Before files take `bytes` more; throws what a full disk does. */
  hold(bytes: number): void {
    if (this.#heap + this.#held + bytes > this.#memory) this.#held = held(this.#python.FS) - this.#atRest;
    if (this.#heap + this.#held + bytes > this.#memory) {
      this.#exceeded = 'memory';
      throw new this.#python.FS.ErrnoError(ENOSPC);
    }
    this.#held += bytes;
  }

  /** What the host writes for the step counts as memory, and as no file of the step's. */
  copyIn(write: () => void): void {
    const largest = this.#largestFile;
    this.#largestFile = Number.POSITIVE_INFINITY;
    try {
      write();
    } finally {
      this.#largestFile = largest;
    }
  }

  /** As much of `bytes` as there is room for. */
  holdAtMost(bytes: number): number {
    const granted = Math.max(0, Math.min(bytes, this.#memory - this.#heap - this.#held));
    this.#held += granted;
    return granted;
  }

  checkFile(size: number): void {
    if (size <= this.#largestFile) return;
    this.#exceeded = 'files';
    throw new this.#python.FS.ErrnoError(EFBIG);
  }

  addPipe(): void {
    this.#pipes += 1;
    if (this.#pipes > MOST_PIPES) throw new this.#python.FS.ErrnoError(EMFILE);
    this.hold(2 * NODE_BYTES + PIPE_BUCKET);
  }

  fillPipe(pipe: FileNode['pipe'], bytes: number): void {
    if (pipeBytes(pipe) + bytes > PIPE_BYTES) throw new this.#python.FS.ErrnoError(EAGAIN);
    this.hold(bytes + PIPE_BUCKET);
  }

  /** What is in use: the memory itself may have been grown by a step before. */
  get #heap(): number {
    return this.#interior.sbrk(0) >>> 0;
  }
}

function watchFiles({ _module: { MEMFS } }: Pyodide, budget: Budget): void {
  const { createNode, resizeFileStorage } = MEMFS;
  const { write } = MEMFS.stream_ops;
  const { symlink } = MEMFS.ops_table.dir.node;
  MEMFS.createNode = (parent, name, mode, device) => {
    budget.hold(NODE_BYTES + 2 * name.length);
    return createNode(parent, name, mode, device);
  };
  MEMFS.resizeFileStorage = (node, size) => {
    budget.checkFile(size);
    budget.hold(Math.max(0, size - capacity(node)));
    resizeFileStorage(node, size);
  };
  MEMFS.expandFileStorage = (node, wanted) => {
    const had = capacity(node);
    if (had >= wanted) return;
    budget.hold(wanted - had);
    const reserve = Math.floor(had * (had < DOUBLES_BELOW ? 2 : SLOW_GROWTH)) - wanted;
    const old = MEMFS.getFileDataAsTypedArray(node);
    const contents = new Uint8Array(wanted + budget.holdAtMost(reserve));
    contents.set(old);
    node.contents = contents;
  };
  MEMFS.ops_table.dir.node.symlink = (parent, name, target) => {
    budget.hold(2 * target.length);
    return symlink(parent, name, target);
  };
  const watched: typeof write = (stream, buffer, offset, length, position, canOwn) => {
    budget.checkFile(position + length);
    // The first bytes of a file are copied as they are, all others go where it has room or is given more.
    if (stream.node.usedBytes === 0 && position === 0) budget.hold(Math.max(0, length - capacity(stream.node)));
    return write(stream, buffer, offset, length, position, canOwn);
  };
  MEMFS.stream_ops.write = watched;
  MEMFS.ops_table.file.stream.write = watched;
}

function watchPipes({ _module: { PIPEFS } }: Pyodide, budget: Budget): void {
  const { createPipe } = PIPEFS;
  const { write } = PIPEFS.stream_ops;
  PIPEFS.createPipe = () => {
    budget.addPipe();
    return createPipe();
  };
  PIPEFS.stream_ops.write = (stream, buffer, offset, length, position) => {
    budget.fillPipe(stream.node.pipe, length);
    return write(stream, buffer, offset, length, position);
  };
}

/** Bytes of all files, whether they still have a name or are only open. */
function held(FS: FileSystem): number {
  let bytes = 0;
  const seen = new Set<FileNode>();
  const open = FS.streams.flatMap((stream) => (stream === null || stream === undefined ? [] : [stream.node]));
  const waiting = [FS.root, ...open];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    bytes += NODE_BYTES + 2 * node.name.length + capacity(node) + pipeBytes(node.pipe) + 2 * (node.link?.length ?? 0);
    if (FS.isDir(node.mode)) for (const inside of Object.values(node.contents ?? {})) waiting.push(inside as FileNode);
  }
  return bytes;
}

function capacity({ contents }: FileNode): number {
  return ArrayBuffer.isView(contents) ? contents.byteLength : 0;
}

function pipeBytes(pipe: FileNode['pipe']): number {
  return (pipe?.buckets?.length ?? 0) * PIPE_BUCKET;
}
