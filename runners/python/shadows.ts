/** What is not granted, whether it is there or not: it is walked through like directories, so that a denial names all of a path. */
import type { FileAct } from '../grants/file-reach.ts';
import type { MountStep } from './mount-step.ts';
import type { FileNode, FileSystem } from './pyodide.ts';

/** Of the flags of a stream. */
const ACCESS = 0b11;

export class Shadows {
  readonly #FS: FileSystem;
  readonly #step: MountStep;
  readonly #nodes = new WeakSet<FileNode>();

  /** Puts itself before what Emscripten asks of a path's last part. */
  constructor(FS: FileSystem, step: MountStep) {
    this.#FS = FS;
    this.#step = step;
    const { mayOpen, mayCreate, mayDelete, doTruncate } = FS;
    FS.mayOpen = (node, flags) =>
      this.#nodes.has(node) ? this.#denied(node, (flags & ACCESS) === 0 ? 'read' : 'write') : mayOpen(node, flags);
    FS.mayCreate = (parent, name) => {
      const shadow = this.#at(parent, name);
      return shadow === undefined ? mayCreate(parent, name) : this.#denied(shadow, 'write');
    };
    FS.mayDelete = (parent, name, isDirectory) => {
      const shadow = this.#at(parent, name);
      return shadow === undefined ? mayDelete(parent, name, isDirectory) : this.#denied(shadow, 'write');
    };
    FS.doTruncate = (stream, node, length) => {
      this.refuse(node, 'write');
      doTruncate(stream, node, length);
    };
  }

  add(node: FileNode): FileNode {
    this.#nodes.add(node);
    return node;
  }

  /** Throws for a shadow. */
  refuse(node: FileNode, act: FileAct): void {
    if (!this.#nodes.has(node)) return;
    this.#denied(node, act);
    this.#step.fail('EACCES');
  }

  #denied(node: FileNode, act: FileAct): number {
    return this.#step.denied(this.#FS.getPath(node), act);
  }

  #at(parent: FileNode, name: string): FileNode | undefined {
    try {
      const node = this.#FS.lookupNode(parent, name);
      return this.#nodes.has(node) ? node : undefined;
    } catch {
      return undefined;
    }
  }
}
