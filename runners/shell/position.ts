/** Where in the workflow file a shell step failed. */
import { readFileSync } from 'node:fs';
import type { Origin, Position } from '../contract.ts';

/** From the line that the script noted, else from the shell's own last message. */
export function failingPosition(
  code: string,
  origin: Origin,
  lineFile: string,
  lastLines: readonly string[],
): Position | undefined {
  const noted = readLine(lineFile) ?? lastLines.map((line) => lineInMessage(line, origin.file)).findLast(Boolean);
  if (noted === undefined) return undefined;
  return positionAt(noted, code, origin);
}

/** What the shell says when the code does not read as shell, with its line. */
export function syntaxError(
  lastLines: readonly string[],
  code: string,
  origin: Origin,
): { readonly message: string; readonly position?: Position } | undefined {
  for (const line of lastLines) {
    const at = lineInMessage(line, origin.file);
    const message = /(?:line )?\d+: (.*(?:syntax error|unexpected EOF|Syntax error).*)$/.exec(line)?.[1];
    if (at === undefined || message === undefined) continue;
    const position = positionAt(at, code, origin);
    return { message, ...(position && { position }) };
  }
  return undefined;
}

/** Lines of sourced files and of our own wrapping stand outside the code. */
function positionAt(line: number, code: string, origin: Origin): Position | undefined {
  if (!origin.verbatim) return { file: origin.file, line: origin.line };
  const last = origin.line + code.split('\n').length - 1;
  if (line < origin.line || line > last + 1) return undefined;
  return { file: origin.file, line: Math.min(line, last) };
}

function readLine(path: string): number | undefined {
  try {
    const line = Number(readFileSync(path, 'latin1'));
    return Number.isInteger(line) && line > 0 ? line : undefined;
  } catch {
    return undefined;
  }
}

/** The line in `workflow.lua: line 42: nosuch: command not found`; dash writes `workflow.lua: 42: nosuch: not found`. */
function lineInMessage(message: string, file: string): number | undefined {
  if (!message.startsWith(`${file}: `)) return undefined;
  const line = /^(?:-c: )?(?:line )?(\d+): /.exec(message.slice(file.length + 2))?.[1];
  return line === undefined ? undefined : Number(line);
}
