/** The virtual file system's checkpoint: what a step made is removed, what it changed is noticed. */
import type { FileNode, FileSystem } from './pyodide.ts';

export interface FilesCheckpoint {
  /** Removes every file and closes every descriptor that is new. False when something that was there is not as it was. */
  restore(): boolean;
}

interface Known {
  readonly node: FileNode;
  readonly isDirectory: boolean;
  readonly mode: number;
  readonly mtime: number;
  readonly contents: unknown;
  readonly size: number;
}

/** Kernel-like file systems, made by Emscripten; steps cannot make files there. */
const NOT_FILES: readonly string[] = ['/proc', '/dev'];

/** `ignored` are paths of files that the host itself writes. */
export function checkpointFiles(FS: FileSystem, ignored: readonly string[]): FilesCheckpoint {
  const known = new Map<string, Known>();
  for (const [path, node] of walk(FS, '/')) if (!ignored.includes(path)) known.set(path, state(FS, node));
  const streams = [...FS.streams];
  const home = FS.cwd();

  return {
    restore() {
      for (let fd = 0; fd < FS.streams.length; fd++) {
        const [before, now] = [streams[fd] ?? null, FS.streams[fd] ?? null];
        if (before === now) continue;
        if (before !== null || now === null) return false;
        FS.close(now);
      }
      FS.chdir(home);
      let unchanged = 0;
      // Children come after their directory, so backwards is the order to remove in.
      for (const [path, node] of [...walk(FS, '/')].reverse()) {
        if (ignored.includes(path)) continue;
        const before = known.get(path);
        if (before === undefined) {
          if (FS.isDir(node.mode)) FS.rmdir(path);
          else FS.unlink(path);
        } else {
          if (!isAsBefore(before, node)) return false;
          unchanged += 1;
        }
      }
      return unchanged === known.size;
    },
  };
}

function state(FS: FileSystem, node: FileNode): Known {
  const isDirectory = FS.isDir(node.mode);
  return { node, isDirectory, mode: node.mode, mtime: node.mtime, contents: node.contents, size: node.usedBytes };
}

/** A directory's own times change with its entries, which are compared by themselves. */
function isAsBefore(before: Known, node: FileNode): boolean {
  if (before.node !== node || before.mode !== node.mode) return false;
  if (before.isDirectory) return true;
  return before.mtime === node.mtime && before.contents === node.contents && before.size === node.usedBytes;
}

function* walk(FS: FileSystem, directory: string): Generator<[string, FileNode]> {
  for (const name of FS.readdir(directory)) {
    if (name === '.' || name === '..') continue;
    const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
    if (NOT_FILES.includes(path)) continue;
    const { node } = FS.lookupPath(path, { follow: false });
    yield [path, node];
    if (FS.isDir(node.mode)) yield* walk(FS, path);
  }
}
