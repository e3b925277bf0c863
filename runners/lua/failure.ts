/** What Lua says about an error → a step's failure, at its place in the workflow file. */
import type { Origin, StepFailure } from '../contract.ts';
import { positionAt } from '../failures.ts';

/** The name that the code's lines carry inside Lua, which keeps the first 59 bytes. */
export function chunkName(step: string): string {
  return step.slice(0, 59);
}

/** A syntax error as `luaL_loadbufferx` words it. */
export function notRunnable(text: string, chunk: string, origin: Origin): StepFailure {
  const { message, line } = withoutPrefix(text, chunk);
  return {
    reason: 'not-runnable',
    message: `This is not valid Lua: ${inFile(message, chunk, origin)}`,
    position: positionAt(origin, line ?? 1),
  };
}

/** A runtime error with the traceback that was taken where it was raised, if one was. */
export function threw(text: string, traceback: string, chunk: string, origin: Origin): StepFailure {
  const { message, line } = withoutPrefix(text, chunk);
  const at = line ?? firstLine(traceback, chunk);
  const trace = inFile(traceback, chunk, origin)
    .split('\n')
    .filter((row) => !row.startsWith('\t[C]: in ?'))
    .join('\n');
  return {
    reason: 'threw',
    message: inFile(message, chunk, origin),
    ...(trace !== '' && { trace }),
    position: at === undefined ? { file: origin.file, line: origin.line } : positionAt(origin, at),
  };
}

/** Takes off `chunk:12: `. */
function withoutPrefix(text: string, chunk: string): { message: string; line: number | undefined } {
  if (!text.startsWith(`${chunk}:`)) return { message: text, line: undefined };
  const match = /^(\d+): /.exec(text.slice(chunk.length + 1));
  if (match === null) return { message: text, line: undefined };
  return { message: text.slice(chunk.length + 1 + match[0].length), line: Number(match[1]) };
}

function firstLine(traceback: string, chunk: string): number | undefined {
  for (const row of traceback.split('\n')) {
    const place = row.trimStart();
    if (!place.startsWith(`${chunk}:`)) continue;
    const match = /^(\d+):/.exec(place.slice(chunk.length + 1));
    if (match !== null) return Number(match[1]);
  }
  return undefined;
}

/** Every `chunk:12:` as the workflow file's own line; `<chunk:12>` is how a traceback names a function without a name. */
function inFile(text: string, chunk: string, origin: Origin): string {
  const escaped = chunk.replaceAll(/[.\\-]/g, '\\$&');
  return text.replaceAll(new RegExp(`(^|[\\s<])${escaped}:(\\d+)(?=[:>])`, 'g'), (_, before: string, line: string) => {
    return `${before}${origin.file}:${positionAt(origin, Number(line)).line}`;
  });
}
