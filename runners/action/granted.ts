/** Granted files for an action: what goes wrong with one is the step's failure. */
import { notGranted } from '../grants/denial.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import { filesFor } from '../grants/granted-to.ts';
import { overLimit } from '../limits.ts';
import { ActionFailure, failed, type Tools } from './act.ts';

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export class Granted {
  readonly files: GrantedFiles;
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.files = filesFor(tools.job, tools.setup);
    this.#tools = tools;
  }

  /** Bound, so that it can be taken from its object. */
  readonly take = <T>(answer: Answer<T>): T => {
    if (answer.ok) return answer.value;
    const { denied, exceeded } = this.files;
    const failure = notGranted(denied, answer.message);
    if (failure !== undefined) throw new ActionFailure(failure);
    if (exceeded !== undefined) throw new ActionFailure(overLimit(exceeded, this.#tools.job.limits));
    throw failed(answer.message);
  };

  /** Absolute. */
  place(given: string): string {
    const path = this.files.reach.absolute(given);
    if (path === undefined) throw failed(`${JSON.stringify(given.slice(0, 200))} is no path`);
    return path;
  }

  /** Of what the tree answers with a word of the system. */
  failure(code: string, what: string): ActionFailure {
    const { denied } = this.files;
    if (code === 'EACCES' && denied !== undefined) {
      const { message, grant } = denied;
      return new ActionFailure({ reason: 'not-granted', message, grant });
    }
    return failed(`${what}: ${WORDS[code] ?? code}`);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'it, or what is above it, is no directory',
  EISDIR: 'it is a directory',
  ENOTEMPTY: 'the directory is not empty',
  EEXIST: 'it is there already',
  EPERM: 'only files are moved',
};
