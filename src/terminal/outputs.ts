/** Renders what a run hands to its user: the outputs of the steps that no other step needs. */
import { unreachable } from '../model/unreachable.ts';
import { plainText, textOf } from './canonical.ts';
import { markdown } from './markdown.ts';
import { prettyLines } from './pretty.ts';
import { visible } from './visible.ts';
import { cutEnd } from './width.ts';

export type OutputFormat = 'plain' | 'markdown' | 'json';

export interface FinalOutput {
  readonly step: string;
  readonly value: Uint8Array;
}

/** A document that ends in a line end. Outputs keep the order they are given in. */
export function renderOutputs(
  workflow: string,
  outputs: readonly FinalOutput[],
  format: OutputFormat,
): readonly (string | Uint8Array)[] {
  switch (format) {
    case 'plain':
      return plain(outputs).map((line) => `${line}\n`);
    case 'markdown':
      return [markdown(workflow, outputs)];
    case 'json':
      return json(outputs);
    default:
      return unreachable(format);
  }
}

/** Each output below its step's name, or beside it where there is room. */
function plain(outputs: readonly FinalOutput[]): string[] {
  return outputs.flatMap(({ step, value }) => beside(step, linesOf(textOf(value), 100), 100));
}

/** How much of an output is looked at for the short form, in bytes. */
const SHORT_BYTES = 64 * 1024;

/** The same in at most `mostLines` lines of `width` columns for each; what was left out is told. */
export function shortOutputs(
  outputs: readonly FinalOutput[],
  { mostLines, width }: { readonly mostLines: number; readonly width: number },
): string[] {
  return outputs.flatMap(({ step, value }) => {
    const isLong = value.length > SHORT_BYTES;
    const all = linesOf(startOf(value), width - 2);
    const shown = all.slice(0, mostLines).map((line) => cutEnd(line, width - 2));
    const isWhole = !isLong && shown.length === all.length && shown.every((line, index) => line === all[index]);
    return beside(step, isWhole ? shown : [...shown, '… (all of it: --output json)'], width);
  });
}

/** Canonical text again, also where it is cut: a string is closed behind its last whole character. */
function startOf(value: Uint8Array): string {
  if (value.length <= SHORT_BYTES) return textOf(value);
  const text = textOf(value.subarray(0, SHORT_BYTES));
  return text.startsWith('"') ? `${text.replace(/(?<!\\)((?:\\\\)*)\\(u[0-9a-f]{0,3})?$/, '$1')}"` : text;
}

function linesOf(text: string, width: number): string[] {
  const lines = text.startsWith('"') ? plainText(text).replace(/\n$/, '').split(/\r?\n/) : prettyLines(text, width);
  return lines.map(visible);
}

function beside(step: string, lines: readonly string[], width: number): string[] {
  return lines.length === 1 && step.length + 2 + lines[0]!.length <= width
    ? [`${step}: ${lines[0]}`]
    : [`${step}:`, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

/** One object, step by step; the values' own bytes. */
function json(outputs: readonly FinalOutput[]): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = ['{'];
  outputs.forEach(({ step, value }, index) => {
    parts.push(`${index === 0 ? '' : ','}${JSON.stringify(step)}:`, value);
  });
  return [...parts, '}\n'];
}
