/** What was recorded of tests: the statuses and outputs of their steps, in a file beside theirs. */
import { existsSync, readFileSync } from 'node:fs';
import { canonicalise } from '../../runners/value.ts';
import type { EncodedValue } from '../../runners/contract.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { shapeOf, textOf } from '../terminal/canonical.ts';

/** What came of one run. */
export interface Golden {
  readonly status: string;
  /** By name. */
  readonly steps: ReadonlyMap<string, GoldenStep>;
}

export interface GoldenStep {
  readonly status: string;
  readonly output?: EncodedValue;
  /** The failure's message. */
  readonly error?: string;
}

/** By the names of tests. */
export type Goldens = ReadonlyMap<string, Golden>;

/** `orders.test.toml` has `orders.test.toml.golden.json`. */
export function goldenPathOf(suite: string): string {
  return `${suite}.golden.json`;
}

/** None where there is no file; the error is a sentence. */
export function readGoldens(path: string): Result<Goldens, string> {
  if (!existsSync(path)) return ok(new Map());
  const damaged = (why: string): Result<never, string> =>
    fail(`What was recorded in "${path}" cannot be read: ${why}; remove the file and record it again with --update`);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return damaged(error instanceof Error ? error.message : String(error));
  }
  const text = canonicalise(bytes);
  if (!text.ok) return damaged(text.message);
  const goldens = new Map<string, Golden>();
  for (const [name, one] of fieldsOf(textOf(text.value))) {
    const { status, steps } = Object.fromEntries(fieldsOf(one));
    if (status === undefined || steps === undefined) return damaged(`"${name}" in it is no record of a test`);
    goldens.set(name, {
      status: wordOf(status),
      steps: new Map(fieldsOf(steps).map(([step, is]) => [step, stepOf(is)])),
    });
  }
  return ok(goldens);
}

/** The text of the file, in the order in which it is read back; a change is seen where it is. */
export function writeGoldens(goldens: Goldens): string {
  const tests = inOrder(goldens).map(([name, { status, steps }]) => {
    const fields = inOrder(steps).map(([step, is]) => `      ${JSON.stringify(step)}: ${stepText(is)}`);
    const inner = fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n    }`;
    return `  ${JSON.stringify(name)}: {\n    "status": ${JSON.stringify(status)},\n    "steps": ${inner}\n  }`;
  });
  return tests.length === 0 ? '{}\n' : `{\n${tests.join(',\n')}\n}\n`;
}

function inOrder<T>(named: ReadonlyMap<string, T>): [string, T][] {
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1));
}

function stepText({ status, output, error }: GoldenStep): string {
  const parts = [`"status": ${JSON.stringify(status)}`];
  if (output !== undefined) parts.push(`"output": ${indented(textOf(output), '      ')}`);
  if (error !== undefined) parts.push(`"error": ${JSON.stringify(error)}`);
  return `{ ${parts.join(', ')} }`;
}

/** Numbers keep their digits. */
function indented(text: string, indent: string): string {
  if (text.length <= 80) return text;
  const shape = shapeOf(text);
  if (shape.kind === 'scalar') return text;
  const deeper = `${indent}  `;
  const items =
    shape.kind === 'array'
      ? shape.items.map((item) => indented(item, deeper))
      : shape.entries.map(([key, value]) => `${JSON.stringify(key)}: ${indented(value, deeper)}`);
  const [open, close] = shape.kind === 'array' ? '[]' : '{}';
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

function stepOf(text: string): GoldenStep {
  const { status = '""', output, error } = Object.fromEntries(fieldsOf(text));
  return {
    status: wordOf(status),
    ...(output !== undefined && { output: Buffer.from(output) }),
    ...(error !== undefined && { error: wordOf(error) }),
  };
}

function fieldsOf(text: string): readonly (readonly [string, string])[] {
  const shape = shapeOf(text);
  return shape.kind === 'object' ? shape.entries : [];
}

function wordOf(text: string): string {
  return String(JSON.parse(text));
}
