/** What bytes and files of a JavaScript step on Node need: Node itself. */
import { GrantedFiles } from '../grants/granted-files.ts';
import { askFiles, askGrants, readFile, readGranted } from '../javascript/files.ts';
import type { KindsHost } from '../javascript/guest/kinds.ts';
import { RunFiles } from '../kinds/run-files.ts';

/** A step on the host has its user's rights: all is granted. */
export function nodeKindsHost(workdir: string, directory: string): KindsHost {
  const files = new RunFiles(workdir);
  const layers = [{ from: 'step', read: ['/**'], write: ['/**'] }] as const;
  const granted = new GrantedFiles({ directory, layers }, { memory: Number.MAX_SAFE_INTEGER });
  return {
    base64: (bytes) => Buffer.from(bytes).toString('base64'),
    unbase64: (text) => own(Buffer.from(text, 'base64')),
    encodeText: (text) => own(Buffer.from(JSON.parse(text) as string)),
    decodeText: (bytes, label, fatal, ignoreBOM) => {
      try {
        return JSON.stringify(new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes));
      } catch {
        return '';
      }
    },
    files: (what, args, bytes) => askFiles(files, what, args, new Uint8Array(bytes)),
    readFile: (args) => readFile(files, args),
    grants: (what, path, bytes) => askGrants(granted, what, path, new Uint8Array(bytes)),
    readGranted: (path) => readGranted(granted, path),
  };
}

/** Small Buffers are views on a shared pool. */
function own(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
