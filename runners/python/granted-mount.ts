/** Granted files of the machine as files of embedded Python, at the same paths: read when they are opened, written when they are closed. */
import type { FileAct, FileRefused } from '../grants/file-reach.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Done, GrantedTree } from '../grants/granted-tree.ts';
import type { Budget } from './budget.ts';
import type { Senses } from './senses.ts';
import type { FileAttributes, FileNode, FileStream, FileSystemType, Pyodide } from './pyodide.ts';

const FILE_MODE = 0o100644;
const DIRECTORY_MODE = 0o040755;
/** Of the flags of a stream. */
const ACCESS = 0b11;
const READ_ONLY = 0;
const WRITE_ONLY = 1;

/** Of Emscripten's C library. */
const ERRNO: Readonly<Record<string, number>> = {
  EACCES: 2,
  EEXIST: 20,
  EFBIG: 22,
  EIO: 29,
  EISDIR: 31,
  ENOENT: 44,
  ENOSPC: 51,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  EPERM: 63,
};

export interface GrantedMount {
  /** Puts what the step was granted where it is on the machine, and begins in the workflow's directory; only where something was. */
  begin(granted: GrantedFiles): void;
  readonly isThere: boolean;
  /** Takes it away; what is still open is not written. */
  end(): void;
  /** Writes what was not closed; why something was not written, which Python keeps to itself where it closes a file of its own accord. */
  finish(): string | undefined;
}

/** What is open, and how often. */
interface Opened {
  streams: number;
  isDirty: boolean;
}

export function grantedMount({ FS, _module: { MEMFS } }: Pyodide, budget: Budget, senses: Senses): GrantedMount {
  let step: { readonly granted: GrantedFiles; readonly tree: GrantedTree } | undefined;
  let mounts: string[] = [];
  let unwritten: string | undefined;
  const opened = new Map<FileNode, Opened>();
  /** What is not granted, whether it is there or not: it is walked through, so that a denial names all of a path. */
  const shadows = new WeakSet<FileNode>();

  function fail(code: string): never {
    throw new FS.ErrnoError(ERRNO[code] ?? ERRNO['EIO']!);
  }
  function now(): NonNullable<typeof step> {
    return step ?? fail('EPERM');
  }
  function got<T>(done: Done<T>): T {
    return done.ok ? done.value : fail(done.code);
  }
  const below = (parent: FileNode, name: string): string => `${FS.getPath(parent)}/${name}`;

  function nodeAt(parent: FileNode | null, name: string, mode: number): FileNode {
    const node = FS.createNode(parent, name, mode, 0);
    const isFile = FS.isFile(mode);
    Object.assign(node, {
      node_ops: isFile ? fileNodes : directoryNodes,
      stream_ops: isFile ? fileStreams : directoryStreams,
    });
    if (isFile) unload(node);
    return node;
  }
  function unload(node: FileNode): void {
    Object.assign(node, { contents: new Uint8Array(), usedBytes: 0 });
  }

  function load(node: FileNode, isToWrite: boolean): void {
    const { granted } = now();
    const path = FS.getPath(node);
    const read = isToWrite ? granted.readToWrite(path) : granted.read(path);
    if (!read.ok) fail(read.code ?? 'EIO');
    budget.hold(read.value.length);
    Object.assign(node, { contents: read.value, usedBytes: read.value.length });
  }

  function save(node: FileNode, state: Opened): FileRefused | undefined {
    if (!state.isDirty || step === undefined) return undefined;
    state.isDirty = false;
    const written = step.granted.write(FS.getPath(node), MEMFS.getFileDataAsTypedArray(node));
    if (written.ok) return undefined;
    unwritten ??= written.message;
    return written;
  }

  function saved(node: FileNode, state: Opened): void {
    const refusal = save(node, state);
    if (refusal !== undefined) fail(refusal.code ?? 'EIO');
  }

  function check(path: string, act: FileAct): void {
    if (!now().tree.may(path, act)) fail('EACCES');
  }

  function denied(node: FileNode, act: FileAct): number {
    step?.tree.deny(FS.getPath(node), act);
    return ERRNO['EACCES']!;
  }

  function stateOf(node: FileNode): Opened {
    const state = opened.get(node) ?? { streams: 0, isDirty: false };
    opened.set(node, state);
    return state;
  }

  function attributes(node: FileNode): FileAttributes {
    if (shadows.has(node)) {
      denied(node, 'read');
      fail('EACCES');
    }
    const { id: ino, mode, usedBytes, mtime } = node;
    const entry = opened.has(node) ? { size: usedBytes, changedAt: mtime } : got(now().tree.entry(FS.getPath(node)));
    const { size } = entry;
    const time = new Date(entry.changedAt);
    const others = {
      dev: 2,
      ino,
      mode,
      nlink: 1,
      uid: 0,
      gid: 0,
      rdev: 0,
      size,
      blksize: 4096,
      blocks: Math.ceil(size / 4096),
    };
    return senses.shown({ ...others, atime: time, mtime: time, ctime: time });
  }

  /** What was known of the name. True where that was not written yet. */
  function forget(parent: FileNode, name: string): boolean {
    const node = FS.lookupNode(parent, name);
    const wasDirty = opened.get(node)?.isDirty === true;
    opened.delete(node);
    FS.destroyNode(node);
    return wasDirty;
  }

  const fileNodes = {
    getattr: attributes,
    /** Times and rights stay the machine's. */
    setattr(node: FileNode, { size }: { size?: number }): void {
      if (size === undefined) return;
      check(FS.getPath(node), 'write');
      const isOpen = opened.has(node);
      if (!isOpen && size > 0) load(node, true);
      const state = stateOf(node);
      MEMFS.resizeFileStorage(node, size);
      state.isDirty = true;
      if (!isOpen && size > 0) closed(node, state);
    },
  };
  const directoryNodes = {
    getattr: attributes,
    setattr(node: FileNode): void {
      if (!shadows.has(node)) return;
      denied(node, 'write');
      fail('EACCES');
    },
    lookup(parent: FileNode, name: string): FileNode {
      const entry = now().tree.entry(below(parent, name));
      if (!entry.ok && entry.code === 'EACCES') {
        const shadow = nodeAt(parent, name, DIRECTORY_MODE);
        shadows.add(shadow);
        return shadow;
      }
      return nodeAt(parent, name, got(entry).kind === 'file' ? FILE_MODE : DIRECTORY_MODE);
    },
    mknod(parent: FileNode, name: string, mode: number): FileNode {
      const path = below(parent, name);
      if (FS.isDir(mode)) {
        got(now().tree.makeDirectory(path));
        return nodeAt(parent, name, DIRECTORY_MODE);
      }
      if (!FS.isFile(mode)) fail('EPERM');
      check(path, 'write');
      const node = nodeAt(parent, name, FILE_MODE);
      stateOf(node).isDirty = true;
      return node;
    },
    rename(node: FileNode, parent: FileNode, name: string): void {
      got(now().tree.rename(FS.getPath(node), below(parent, name)));
      forget(parent, name);
      Object.assign(node, { name });
    },
    unlink(parent: FileNode, name: string): void {
      const removed = now().tree.remove(below(parent, name));
      // One that was made and not closed yet is not there.
      if (!forget(parent, name) || (!removed.ok && removed.code !== 'ENOENT')) got(removed);
    },
    rmdir: (parent: FileNode, name: string): undefined => got(now().tree.removeDirectory(below(parent, name))),
    readdir(node: FileNode): string[] {
      if (shadows.has(node)) {
        denied(node, 'read');
        fail('EACCES');
      }
      return ['.', '..', ...got(now().tree.names(FS.getPath(node)))];
    },
    symlink: (): never => fail('EPERM'),
  };

  function closed(node: FileNode, state: Opened): void {
    opened.delete(node);
    try {
      saved(node, state);
    } finally {
      unload(node);
    }
  }

  const { llseek, write } = MEMFS.stream_ops;
  const directoryStreams = { llseek };
  const fileStreams: object = {
    ...MEMFS.stream_ops,
    open({ node, flags }: FileStream): void {
      const path = FS.getPath(node);
      const access = flags & ACCESS;
      if (access !== READ_ONLY) check(path, 'write');
      if (access !== WRITE_ONLY) check(path, 'read');
      // A file that is made or emptied as it is opened is there already.
      if (!opened.has(node)) load(node, access === WRITE_ONLY);
      stateOf(node).streams += 1;
    },
    close({ node }: FileStream): void {
      const state = opened.get(node);
      if (state === undefined) return;
      state.streams -= 1;
      if (state.streams <= 0) closed(node, state);
    },
    fsync({ node }: FileStream): number {
      const state = opened.get(node);
      if (state !== undefined) saved(node, state);
      return 0;
    },
    write(...given: Parameters<typeof write>): number {
      const [{ node }] = given;
      stateOf(node).isDirty = true;
      return write(...given);
    },
  };

  const { mayOpen, mayCreate, mayDelete, doTruncate } = FS;
  FS.doTruncate = (stream, node, length) => {
    if (shadows.has(node)) {
      denied(node, 'write');
      fail('EACCES');
    }
    doTruncate(stream, node, length);
  };
  FS.mayOpen = (node, flags) =>
    shadows.has(node) ? denied(node, (flags & ACCESS) === READ_ONLY ? 'read' : 'write') : mayOpen(node, flags);
  FS.mayCreate = (parent, name) => {
    const shadow = shadowAt(parent, name);
    return shadow === undefined ? mayCreate(parent, name) : denied(shadow, 'write');
  };
  FS.mayDelete = (parent, name, isDirectory) => {
    const shadow = shadowAt(parent, name);
    return shadow === undefined ? mayDelete(parent, name, isDirectory) : denied(shadow, 'write');
  };

  function shadowAt(parent: FileNode, name: string): FileNode | undefined {
    try {
      const node = FS.lookupNode(parent, name);
      return shadows.has(node) ? node : undefined;
    } catch {
      return undefined;
    }
  }

  const type: FileSystemType = { mount: () => nodeAt(null, '/', DIRECTORY_MODE) };

  function mountAt(path: string): void {
    if (mounts.some((mount) => isBelow(path, mount))) return;
    try {
      FS.mkdirTree(path);
      FS.mount(type, {}, path);
      mounts.push(path);
    } catch (error) {
      // A directory of Python's own, or something else of its own on the way.
      if (!(error instanceof FS.ErrnoError)) throw error;
    }
  }

  function exists(path: string): boolean {
    try {
      FS.lookupPath(path);
      return true;
    } catch {
      return false;
    }
  }

  return {
    begin(granted) {
      unwritten = undefined;
      const { bases, directory } = granted.reach;
      if (bases.length === 0) return;
      step = { granted, tree: granted.tree };
      // What is Python's own, such as /tmp and /lib, stays that.
      const wanted = [directory, ...bases].filter((path) => path !== '/' && !exists(path));
      for (const path of wanted.sort((a, b) => a.length - b.length)) mountAt(path);
      if (mounts.some((mount) => isBelow(directory, mount))) FS.chdir(directory);
    },
    end() {
      step = undefined;
      opened.clear();
      for (const path of mounts) FS.unmount(path);
      mounts = [];
    },
    get isThere() {
      return mounts.length > 0;
    },
    finish() {
      for (const [node, state] of opened) save(node, state);
      return unwritten;
    },
  };
}

function isBelow(path: string, directory: string): boolean {
  return `${path}/`.startsWith(`${directory}/`);
}
