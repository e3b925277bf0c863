/** What a slot says, read with distrust: whoever escaped into it may say anything. */
import { bounded } from '../../runners/bounded.ts';
import type { Outcome, Position, PrintedLine, Report, Spent, StepFailure } from '../../runners/contract.ts';
import { splitReport } from '../../runners/slot/frames.ts';
import { canonicalise } from '../../runners/value.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Nothing when the payload is no list of lines. */
export function printedLines(payload: Buffer): readonly PrintedLine[] | undefined {
  return linesIn(fieldsOf(json(payload))?.['lines']);
}

/** Nothing when the payload is no report. The output is read as the value that it has to be, and comes back in its one form. */
export function reportIn(payload: Buffer): Pick<Report, 'outcome' | 'lines' | 'usage'> | undefined {
  const parts = splitReport(payload);
  const report = fieldsOf(parts && json(parts.text));
  const lines = linesIn(report?.['lines']);
  const outcome = parts && outcomeIn(fieldsOf(report?.['outcome']), parts.output);
  if (outcome === undefined || lines === undefined) return undefined;
  const usage = fieldsOf(report?.['usage']) ?? {};
  const spent: { -readonly [K in keyof Spent]: Spent[K] } = {};
  for (const name of ['cpuMs', 'memoryBytes'] as const) {
    const amount = amountIn(usage[name]);
    if (amount !== undefined) spent[name] = amount;
  }
  const tokens = tokensIn(fieldsOf(usage['tokens']));
  if (tokens !== undefined) spent.tokens = tokens;
  return { outcome, lines, usage: { ...spent, wallMs: amountIn(usage['wallMs']) ?? 0 } };
}

function tokensIn(fields: Fields | undefined): Spent['tokens'] {
  const [input, output] = [amountIn(fields?.['input']), amountIn(fields?.['output'])];
  return input === undefined || output === undefined ? undefined : { input, output };
}

function outcomeIn(fields: Fields | undefined, output: Buffer): Outcome | undefined {
  const warnings = fields?.['warnings'];
  if (!isTexts(warnings)) return undefined;
  if (fields?.['ok'] !== true) {
    const failure = failureIn(fieldsOf(fields?.['failure']));
    return failure && bounded({ ok: false, failure, warnings });
  }
  const value = canonicalise(output);
  return value.ok ? bounded({ ok: true, output: value.value, warnings }) : undefined;
}

/** How an embedded step may fail by its own doing. */
function failureIn(fields: Fields | undefined): StepFailure | undefined {
  if (fields === undefined) return undefined;
  const { reason, message, trace, status, lastLines, limit, grant } = fields;
  const at = positionIn(fields['position']);
  const position = at === undefined ? {} : { position: at };
  if (reason === 'exited') {
    const isWhole = Number.isInteger(status) && isTexts(lastLines);
    return isWhole ? { reason, status: Number(status), lastLines: lastLines.slice(-20), ...position } : undefined;
  }
  if (reason === 'timed-out') {
    const afterMs = amountIn(fields['afterMs']);
    return afterMs === undefined ? undefined : { reason, afterMs };
  }
  if (typeof message !== 'string') return undefined;
  switch (reason) {
    case 'threw':
      return { reason, message, ...(typeof trace === 'string' && { trace }), ...position };
    case 'not-runnable':
    case 'output-invalid':
      return { reason, message, ...position };
    case 'runtime-missing':
      return { reason, message };
    case 'limit':
      return typeof limit === 'string' ? { reason, limit, message } : undefined;
    case 'action':
      return { reason, message, ...(isCount(status) && { status }), ...position };
    case 'asserted':
      return { reason, message, ...position };
    case 'not-granted':
      return typeof grant === 'string' ? { reason, message, grant } : undefined;
    default:
      return undefined;
  }
}

function positionIn(value: unknown): Position | undefined {
  const { file, line, column } = fieldsOf(value) ?? {};
  if (typeof file !== 'string' || !isCount(line)) return undefined;
  return { file, line, ...(isCount(column) && { column }) };
}

function linesIn(value: unknown): readonly PrintedLine[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const lines: PrintedLine[] = [];
  for (const item of value) {
    const { stream, text } = fieldsOf(item) ?? {};
    if ((stream !== 'stdout' && stream !== 'stderr') || typeof text !== 'string') return undefined;
    lines.push({ stream, text });
  }
  return lines;
}

function json(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

function amountIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
