/** The bytes that a value stands for: bytes of another step, or a file of the run. */
import { runFilesFor } from '../grants/granted-to.ts';
import { overLimit } from '../limits.ts';
import { ActionFailure, failed, type Tools } from './act.ts';
import { isTable } from './fields.ts';

/** Nothing for any other value. */
export function bytesOf(value: unknown, { job, setup }: Tools): Uint8Array | undefined {
  if (!isTable(value)) return undefined;
  const { $bytes: base64, $file: path, sha256, size } = value;
  const members = Object.keys(value).length;
  if (typeof base64 === 'string' && members === 1) return Buffer.from(base64, 'base64');
  if (typeof path !== 'string' || typeof sha256 !== 'string' || typeof size !== 'number' || members !== 3)
    return undefined;
  const files = runFilesFor(job, setup);
  const file = { path, sha256, size };
  const admitted = files.admit(file);
  const into = new Uint8Array(admitted.ok ? size : 0);
  const read = admitted.ok ? files.readInto(file, into) : admitted;
  if (read.ok) return into;
  throw files.exceeded === undefined ? failed(read.message) : new ActionFailure(overLimit(files.exceeded, job.limits));
}
