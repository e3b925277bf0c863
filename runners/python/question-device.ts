/** Devices of embedded Python's own files that answer: a question in JSON is written to one, and its answer read from it. */
import type { Pyodide } from './pyodide.ts';

/** Before the checkpoint, since devices are files. `minor` is the device's own number; the answer is JSON. */
export function installDevice(
  { FS }: Pick<Pyodide, 'FS'>,
  path: string,
  minor: number,
  answerTo: (question: string) => object,
): void {
  let answer = new Uint8Array();
  const device = FS.makedev(64, minor);
  FS.registerDevice(device, {
    write(_stream: unknown, buffer: Uint8Array, offset: number, length: number): number {
      const question = Buffer.from(buffer.subarray(offset, offset + length)).toString('utf8');
      answer = Buffer.from(JSON.stringify(answerTo(question)));
      return length;
    },
    read(_stream: unknown, buffer: Uint8Array, offset: number, length: number): number {
      const part = answer.subarray(0, length);
      buffer.set(part, offset);
      answer = answer.subarray(part.length);
      return part.length;
    },
  });
  FS.mkdev(path, 0o666, device);
}
