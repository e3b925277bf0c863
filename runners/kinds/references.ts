/** Completes what a process of the host says of its files: it names them, and the runner looks at them. */
import type { EncodedValue } from '../contract.ts';
import { own } from '../value/own.ts';
import type { FileRefusal, RunFiles } from './run-files.ts';
import { view } from './scan.ts';

/** `{"$file":"out.csv"}`, as a shell step prints it. */
export const PRINTED = '}';

/** As native Lua writes it: `name` is known to nobody else. */
export function notedAs(name: string): string {
  return `,${JSON.stringify(name)}:true,"size":`;
}

/** Canonical text, with path, hash and size in place of every reference whose path `tail` follows. */
export function completeFiles(
  text: EncodedValue,
  tail: string,
  files: RunFiles,
): { readonly ok: true; readonly value: EncodedValue } | FileRefusal {
  if (!view(text).includes('{"$file":"')) return { ok: true, value: text };
  let refusal: FileRefusal | undefined;
  const pattern = new RegExp(
    `\\{"\\$file":("(?:[^"\\\\]|\\\\.)*")${escaped(tail)}${tail === PRINTED ? '' : '\\d+\\}'}`,
    'g',
  );
  const completed = view(text)
    .toString('utf8')
    .replace(pattern, (whole, path: string) => {
      if (refusal !== undefined) return whole;
      const file = files.refer(JSON.parse(path) as string);
      if (file.ok)
        return `{"$file":${JSON.stringify(file.value.path)},"sha256":"${file.value.sha256}","size":${file.value.size}}`;
      refusal = file;
      return whole;
    });
  return refusal ?? { ok: true, value: own(Buffer.from(completed)) };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
