/** Mistakes as they are told: in file order, each once. */
import type { Diagnostic } from '../model/diagnostic.ts';

export function inFileOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = new Map<string | undefined, number>();
  for (const { file } of diagnostics) if (!files.has(file?.path)) files.set(file?.path, files.size);
  const place = ({ file }: Diagnostic): number => files.get(file?.path)!;
  return onceEach(diagnostics).toSorted((a, b) => place(a) - place(b) || (a.span?.start ?? -1) - (b.span?.start ?? -1));
}

/** A file may be inside several steps, and what is wrong with it is found with each. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const told = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const key = keyOf(diagnostic, diagnostic.message);
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

/** Most that are told of one kind at one place, such as the line of a loop that makes many steps. */
const MOST_ALIKE = 3;

/** Of more than that the first stands for all. */
export function withoutFloods(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length <= MOST_ALIKE) return diagnostics;
  const kinds = diagnostics.map((one) => keyOf(one, withoutNames(one.message)));
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const told = new Set<string>();
  return diagnostics.flatMap((diagnostic, index) => {
    const kind = kinds[index]!;
    const count = counts.get(kind)!;
    if (count <= MOST_ALIKE || diagnostic.span === undefined) return [diagnostic];
    if (told.has(kind)) return [];
    told.add(kind);
    return [{ ...diagnostic, message: `${diagnostic.message} (and ${count - 1} more like it)` }];
  });
}

function withoutNames(message: string): string {
  return message.replaceAll(/"[^"]*"/g, '""').replace(/; did you mean ""\?$/, '');
}

function keyOf({ file, span, code }: Diagnostic, message: string): string {
  return JSON.stringify([file?.path, span?.start, code, message]);
}
