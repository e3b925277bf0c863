/** The virtual file system's checkpoint: what a step made is removed, what it changed is noticed. */
import type { FileNode, FileSystem } from './pyodide.ts';

export interface FilesCheckpoint {
  /** Removes every file and closes every descriptor that is new. False when something that was there is not as it was. */
  restore(): boolean;
}

interface Known extends Pick<FileNode, 'mode' | 'atime' | 'mtime' | 'ctime' | 'contents' | 'usedBytes'> {
  readonly node: FileNode;
  readonly isFile: boolean;
  readonly link: string | undefined;
}

/** A new interpreter costs less than removing more. */
const MOST_REMOVED = 10_000;

/** Made by Emscripten for each look at it. */
const DESCRIPTORS = '/proc/self/fd';

export function checkpointFiles(FS: FileSystem): FilesCheckpoint {
  const known = new Map([...all(FS)].map(([path, node]) => [path, stateOf(FS, node)]));
  const streams = FS.streams.map((stream) => stream ?? null);
  const modes = streams.map((stream) => ({ flags: stream?.flags ?? 0, position: stream?.position ?? 0 }));
  const home = FS.cwd();

  function restore(): boolean {
    for (let fd = 0; fd < FS.streams.length; fd++) {
      const [before, now] = [streams[fd] ?? null, FS.streams[fd] ?? null];
      if (before === now) {
        if (before !== null) Object.assign(before, modes[fd]);
        continue;
      }
      if (before !== null || now === null) return false;
      FS.close(now);
    }
    FS.chdir(home);
    let unchanged = 0;
    const found = [...all(FS)];
    if (found.length > known.size + MOST_REMOVED) return false;
    // Children come after their directory, so backwards is the order to remove in.
    for (const [path, node] of found.reverse()) {
      const before = known.get(path);
      if (before === undefined) {
        if (FS.isDir(node.mode)) FS.rmdir(path);
        else FS.unlink(path);
      } else {
        if (!isAsBefore(before, node)) return false;
        // A directory's times change with its entries, a device's with its use.
        node.atime = before.atime;
        node.mtime = before.mtime;
        node.ctime = before.ctime;
        unchanged += 1;
      }
    }
    return unchanged === known.size;
  }

  return {
    restore() {
      try {
        return restore();
      } catch {
        // Directories so deep, names so odd that Emscripten itself gives up.
        return false;
      }
    },
  };
}

function stateOf(FS: FileSystem, node: FileNode): Known {
  const { mode, atime, mtime, ctime, contents, usedBytes, link } = node;
  // Directories keep their entries in an object that changes in place; the entries are compared by themselves.
  return { node, isFile: FS.isFile(mode), mode, atime, mtime, ctime, contents, usedBytes, link };
}

function isAsBefore(before: Known, node: FileNode): boolean {
  const { isFile, mtime, contents, usedBytes } = before;
  if (before.node !== node || before.mode !== node.mode || before.link !== node.link) return false;
  return !isFile || (mtime === node.mtime && contents === node.contents && usedBytes === node.usedBytes);
}

function* all(FS: FileSystem): Generator<[string, FileNode]> {
  yield ['/', FS.root];
  yield* walk(FS, '/');
}

function* walk(FS: FileSystem, directory: string): Generator<[string, FileNode]> {
  for (const name of FS.readdir(directory)) {
    if (name === '.' || name === '..') continue;
    const path = directory === '/' ? `/${name}` : `${directory}/${name}`;
    if (path === DESCRIPTORS) continue;
    const { node } = FS.lookupPath(path, { follow: false });
    yield [path, node];
    if (FS.isDir(node.mode)) yield* walk(FS, path);
  }
}
