/** Reads a `.env` file: variables for hwfe and, where a step is granted them, for steps. */
import { parseEnv } from 'node:util';
import type { SourceFile, Span } from '../model/source.ts';

export interface DotEnv {
  readonly file: SourceFile;
  readonly variables: Readonly<Record<string, string>>;
}

export function parseDotEnv(file: SourceFile): DotEnv {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(file.text))) if (value !== undefined) variables[name] = value;
  return { file, variables };
}

/** The line that sets `variable`, up to its end; the last one where several do, since that is the one that counts. */
export function locateVariable(file: SourceFile, variable: string): Span | undefined {
  let found: Span | undefined;
  for (const match of file.text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[^\r\n]*/gm)) {
    if (match[1] !== variable) continue;
    const start = match.index + match[0].indexOf(variable);
    found = { start, end: match.index + match[0].length };
  }
  return found;
}
