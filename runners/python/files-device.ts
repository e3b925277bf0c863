/** The way between the run's files and embedded Python's own: a device that a step's file values speak to. */
import { dirname } from 'node:path/posix';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { FileRefusal, FileValue, RunFiles } from '../kinds/run-files.ts';
import type { Budget } from './budget.ts';
import type { Pyodide } from './pyodide.ts';
import { installDevice } from './question-device.ts';

/** A device: a question in JSON is written to it, and the answer read from it. */
export const FILES_DEVICE = '/dev/hwfe-files';
/** Where the contents of a file of the machine pass. */
export const GRANTED = '/run/hwfe/granted';
/** `HWFE_WORKDIR` as embedded Python has it. */
export const WORKDIR = '/workdir';

/**
 * `out` copies what the step wrote, `in` what it asks for; paths are relative to the run's directory. `read`, `save` and `list` are
 * for files of the machine, whose contents stand in `GRANTED`.
 */
export type FilesQuestion =
  | { readonly ask: 'out' | 'refer' | 'read' | 'save' | 'list'; readonly path: string }
  | ({ readonly ask: 'in' } & FileValue);

type Answer = { readonly ok: true; readonly value?: FileValue | readonly string[] | undefined } | FileRefusal;

export interface StepFiles {
  readonly run: RunFiles;
  readonly granted: GrantedFiles;
}

export interface FilesDevice {
  /** Of the step that runs now. */
  files: StepFiles | undefined;
}

/** Before the checkpoint, since devices are files. */
export function installFiles(python: Pyodide, budget: Budget): FilesDevice {
  const { FS } = python;
  const state: FilesDevice = { files: undefined };
  installDevice(python, FILES_DEVICE, 1, (question) => {
    const answer = answerTo(question);
    return answer.ok ? answer : { ...answer, denied: state.files?.granted.denied?.told === answer.message };
  });
  FS.mkdirTree(WORKDIR);

  function answerTo(text: string): Answer {
    const { files } = state;
    try {
      const question = Object(JSON.parse(text)) as FilesQuestion;
      if (files === undefined) return { ok: false, message: 'The step has no directory for files' };
      const path = String(question.path);
      switch (question.ask) {
        case 'refer':
          return files.run.refer(path);
        case 'out':
          return copyOut(files.run, path);
        case 'read':
          return copyGranted(files.granted, path);
        case 'save':
          return files.granted.write(path, contentsOf(GRANTED));
        case 'list':
          return files.granted.list(path);
        case 'in':
          return copyIn(files.run, { path, sha256: String(question.sha256), size: Number(question.size) });
        default:
          return { ok: false, message: 'There is no such question' };
      }
    } catch (error) {
      if (error instanceof FS.ErrnoError) return { ok: false, message: 'There is no room for the file' };
      if (error instanceof SyntaxError) return { ok: false, message: 'The question is not JSON' };
      throw error;
    }
  }

  function copyOut(files: RunFiles, path: string): Answer {
    const { node } = FS.lookupPath(`${WORKDIR}/${path}`, { follow: false });
    if (!FS.isFile(node.mode)) return { ok: false, message: `"${path}" is not a file` };
    return files.write(path, python._module.MEMFS.getFileDataAsTypedArray(node));
  }

  function contentsOf(path: string): Uint8Array {
    const { node } = FS.lookupPath(path, { follow: false });
    return FS.isFile(node.mode) ? python._module.MEMFS.getFileDataAsTypedArray(node) : new Uint8Array();
  }

  function copyGranted(files: GrantedFiles, path: string): Answer {
    const read = files.read(path);
    if (!read.ok) return read;
    budget.copyIn(() => FS.writeFile(GRANTED, read.value, { canOwn: true }));
    return { ok: true };
  }

  function copyIn(files: RunFiles, file: FileValue): Answer {
    const admitted = files.admit(file);
    if (!admitted.ok) return admitted;
    const bytes = new Uint8Array(file.size);
    const read = files.readInto(file, bytes);
    if (!read.ok) return read;
    budget.copyIn(() => {
      const place = `${WORKDIR}/${file.path}`;
      FS.mkdirTree(dirname(place));
      FS.writeFile(place, bytes, { canOwn: true });
    });
    return { ok: true };
  }

  return state;
}
