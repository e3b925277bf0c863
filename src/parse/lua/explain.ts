/** How the evaluation of a Lua workflow file went, in the words of diagnostics. */
import { dirname, join } from 'node:path';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { SourceFile, Span } from '../../model/source.ts';
import { unreachable } from '../../model/unreachable.ts';
import type { ParseCode } from '../codes.ts';
import { Lines } from '../lines.ts';
import { mistake } from '../mistakes.ts';
import { readTextFile } from '../text-file.ts';
import type { Evaluation, LuaPlace } from './wire.ts';

const LARGEST_MODULE = 1024 ** 2;

/** `directory` is where Lua modules lie. */
export function explainEvaluation(
  { ended, reached, printed }: Evaluation,
  file: SourceFile,
  directory: string,
): readonly Diagnostic[] {
  const found = reached.map(({ name, advice, place }) =>
    at(place, 'not-allowed', `A workflow file cannot use ${name}; ${advice}`),
  );
  if (printed.length > 0) {
    const message = `The workflow file printed ${JSON.stringify(printed.join('\n'))}; print inside a step to see it in a run`;
    found.push({ ...mistake(file, 'printed', undefined, message), severity: 'warning' });
  }
  switch (ended.kind) {
    case 'value':
      return found;
    case 'error':
      // What was refused has raised the error as well.
      if (reached.length === 0) found.push(at(ended.place, 'lua-error', `The workflow file fails: ${ended.message}`));
      return found;
    case 'timeout':
      found.push(
        at(ended.place, 'lua-timeout', 'Move long computations into a step; the workflow file takes too long to read'),
      );
      return found;
    case 'memory':
      found.push(
        at(ended.place, 'lua-memory', 'Move large data into a step; the workflow file takes too much memory to read'),
      );
      return found;
    default:
      return unreachable(ended);
  }

  function at(place: LuaPlace, code: ParseCode, message: string): Diagnostic {
    const source = place.module === undefined ? file : moduleSource(place.module);
    return mistake(source, code, place.line === undefined ? undefined : lineSpan(source.text, place.line), message);
  }

  function moduleSource(module: string): SourceFile {
    const read = readTextFile(join(directory, module), LARGEST_MODULE);
    return { path: join(dirname(file.path), module), text: read.ok ? read.value : '' };
  }
}

/** The line without the white space around it. */
function lineSpan(text: string, line: number): Span {
  const start = new Lines(text).startOf(line);
  const end = text.indexOf('\n', start);
  const content = text.slice(start, end === -1 ? text.length : end);
  const indent = content.length - content.trimStart().length;
  return { start: start + indent, end: start + Math.max(indent, content.trimEnd().length) };
}
