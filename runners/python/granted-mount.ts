/** Granted files of the machine among embedded Python's own, at the paths where they are. */
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { Budget } from './budget.ts';
import { MountStep } from './mount-step.ts';
import { MountedContents } from './mounted-contents.ts';
import type { FileAttributes, FileNode, FileSystemType, Pyodide } from './pyodide.ts';
import type { Senses } from './senses.ts';
import { Shadows } from './shadows.ts';

const FILE_MODE = 0o100644;
const DIRECTORY_MODE = 0o040755;
const BLOCK = 4096;

export interface GrantedMount {
  /** Puts what the step was granted where it is on the machine, and begins in the workflow's directory; only where something was. */
  begin(granted: GrantedFiles): void;
  readonly isThere: boolean;
  /** Takes it away; what is still open is not written. */
  end(): void;
  /** Writes what was not closed; why something was not written, which Python keeps to itself where it closes a file of its own accord. */
  finish(): string | undefined;
}

export function grantedMount(python: Pyodide, budget: Budget, senses: Senses): GrantedMount {
  const { FS, _module: wasm } = python;
  const step = new MountStep(FS);
  const shadows = new Shadows(FS, step);
  const contents = new MountedContents(python, budget, step);
  let mounts: string[] = [];
  const below = (parent: FileNode, name: string): string => `${FS.getPath(parent)}/${name}`;

  function nodeAt(parent: FileNode | null, name: string, mode: number): FileNode {
    const node = FS.createNode(parent, name, mode, 0);
    if (!FS.isFile(mode)) return Object.assign(node, { node_ops: directoryNodes, stream_ops: directoryStreams });
    contents.unload(node);
    return Object.assign(node, { node_ops: fileNodes, stream_ops: contents.streams });
  }

  function attributes(node: FileNode): FileAttributes {
    shadows.refuse(node, 'read');
    const { id: ino, mode, usedBytes, mtime } = node;
    const isOpen = contents.isOpen(node);
    const entry = isOpen ? { size: usedBytes, changedAt: mtime } : step.got(step.now.tree.entry(FS.getPath(node)));
    const { size } = entry;
    const time = new Date(entry.changedAt);
    const owner = { dev: 2, ino, mode, nlink: 1, uid: 0, gid: 0, rdev: 0 };
    const blocks = { size, blksize: BLOCK, blocks: Math.ceil(size / BLOCK) };
    return senses.shown({ ...owner, ...blocks, atime: time, mtime: time, ctime: time });
  }

  /** What was known of the name. True where that was not written yet. */
  function forget(parent: FileNode, name: string): boolean {
    const node = FS.lookupNode(parent, name);
    FS.destroyNode(node);
    return contents.forget(node);
  }

  const fileNodes = {
    getattr: attributes,
    /** Times and rights stay the machine's. */
    setattr(node: FileNode, { size }: { size?: number }): void {
      if (size !== undefined) contents.resize(node, size);
    },
  };
  const directoryStreams = { llseek: wasm.MEMFS.stream_ops.llseek };
  const directoryNodes = {
    getattr: attributes,
    setattr: (node: FileNode): void => shadows.refuse(node, 'write'),
    lookup(parent: FileNode, name: string): FileNode {
      const entry = step.now.tree.entry(below(parent, name));
      if (!entry.ok && entry.code === 'EACCES') return shadows.add(nodeAt(parent, name, DIRECTORY_MODE));
      return nodeAt(parent, name, step.got(entry).kind === 'file' ? FILE_MODE : DIRECTORY_MODE);
    },
    mknod(parent: FileNode, name: string, mode: number): FileNode {
      const path = below(parent, name);
      if (FS.isDir(mode)) {
        step.got(step.now.tree.makeDirectory(path));
        return nodeAt(parent, name, DIRECTORY_MODE);
      }
      if (!FS.isFile(mode)) step.fail('EPERM');
      step.check(path, 'write');
      const node = nodeAt(parent, name, FILE_MODE);
      contents.made(node);
      return node;
    },
    rename(node: FileNode, parent: FileNode, name: string): void {
      step.got(step.now.tree.rename(FS.getPath(node), below(parent, name)));
      forget(parent, name);
      Object.assign(node, { name });
    },
    unlink(parent: FileNode, name: string): void {
      const removed = step.now.tree.remove(below(parent, name));
      // One that was made and not closed yet is not there.
      if (!forget(parent, name) || (!removed.ok && removed.code !== 'ENOENT')) step.got(removed);
    },
    rmdir: (parent: FileNode, name: string): undefined => step.got(step.now.tree.removeDirectory(below(parent, name))),
    readdir(node: FileNode): string[] {
      shadows.refuse(node, 'read');
      return ['.', '..', ...step.got(step.now.tree.names(FS.getPath(node)))];
    },
    symlink: (): never => step.fail('EPERM'),
  };

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
      const { bases, directory } = granted.reach;
      if (bases.length === 0) return;
      step.granted = granted;
      // What is Python's own, such as /tmp and /lib, stays that.
      const wanted = [directory, ...bases].filter((path) => path !== '/' && !exists(path));
      for (const path of wanted.sort((a, b) => a.length - b.length)) mountAt(path);
      if (mounts.some((mount) => isBelow(directory, mount))) FS.chdir(directory);
    },
    get isThere() {
      return mounts.length > 0;
    },
    end() {
      step.granted = undefined;
      contents.clear();
      for (const path of mounts) FS.unmount(path);
      mounts = [];
    },
    finish() {
      contents.saveAll();
      return contents.unwritten;
    },
  };
}

function isBelow(path: string, directory: string): boolean {
  return `${path}/`.startsWith(`${directory}/`);
}
