/** Reads a text file of bounded size that need not be what it seems: a pipe, a folder, binary data. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { formatSize } from '../model/size.ts';
import { fail, ok, type Result } from '../model/result.ts';

export interface UnreadableText {
  readonly problem: 'missing' | 'not-a-file' | 'unreadable' | 'too-large' | 'not-text';
  /** The end of a sentence that begins with the path: `is a folder`. */
  readonly is: string;
}

/** UTF-8 text without its byte order mark. */
export function readTextFile(path: string, mostBytes: number): Result<string, UnreadableText> {
  const bytes = readBytes(path, mostBytes);
  return bytes.ok ? decodeText(bytes.value) : bytes;
}

function readBytes(path: string, mostBytes: number): Result<Uint8Array, UnreadableText> {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe waits for a writer.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return fail({ problem: 'not-a-file', is: 'is a folder' });
    if (!stat.isFile()) return fail({ problem: 'not-a-file', is: 'is not a regular file' });
    if (stat.size > mostBytes) {
      return fail({
        problem: 'too-large',
        is: `has ${formatSize(stat.size)}, which is over the limit of ${formatSize(mostBytes)}`,
      });
    }
    const bytes = new Uint8Array(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
    }
    return ok(bytes.subarray(0, length));
  } catch (error) {
    return fail(describeError(error));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function describeError(error: unknown): UnreadableText {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { problem: 'missing', is: 'does not exist' };
    case 'EISDIR':
      return { problem: 'not-a-file', is: 'is a folder' };
    case 'ENXIO':
      return { problem: 'not-a-file', is: 'is not a regular file' };
    case 'EACCES':
    case 'EPERM':
      return { problem: 'unreadable', is: 'may not be read by this user' };
    default:
      return { problem: 'unreadable', is: `cannot be read (${code})` };
  }
}

function decodeText(bytes: Uint8Array): Result<string, UnreadableText> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return fail({ problem: 'not-text', is: 'is not valid UTF-8' });
  }
  return text.includes('\0') ? fail({ problem: 'not-text', is: 'contains NUL bytes, so it is not text' }) : ok(text);
}
