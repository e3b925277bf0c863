/** Shows what the steps of a run used of the machine, those that took longest first. */
import { formatDuration } from '../model/duration.ts';
import type { RunRecord, StepRecord } from '../model/record.ts';
import { formatSize } from '../model/size.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

const MOST_STEPS = 20;
const HEAD = ['step', 'time', 'CPU', 'memory', 'in', 'out'];

/** Empty where no step has run. What could not be measured is a dash. */
export function renderUsage({ steps }: RunRecord, style: Style): string[] {
  const used = [...steps.values()].filter(({ usage }) => usage !== undefined);
  if (used.length === 0) return [];
  const shown = used.toSorted((a, b) => b.usage!.wallMs - a.usage!.wallMs).slice(0, MOST_STEPS);
  const hasTokens = shown.some(({ usage }) => usage!.tokens !== undefined);
  const head = hasTokens ? [...HEAD, 'tokens'] : HEAD;
  const rows = [head, ...shown.map((step) => [...cells(step), ...(hasTokens ? [tokensOf(step)] : [])])];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => align(cell, widths[column]!, column))
      .join('  ')
      .trimEnd(),
  );
  const left = used.length - shown.length;
  const rest = left > 0 ? [style.dim(`and ${left} more that took less time`)] : [];
  return ['', style.bold(lines[0]!), ...lines.slice(1), ...rest];
}

function cells({ name, usage }: StepRecord): string[] {
  const { wallMs, cpuMs, memoryBytes, bytesIn, bytesOut } = usage!;
  return [
    visible(name),
    formatDuration(wallMs),
    cpuMs === undefined ? '–' : formatDuration(cpuMs),
    memoryBytes === undefined ? '–' : formatSize(memoryBytes),
    formatSize(bytesIn),
    formatSize(bytesOut),
  ];
}

/** Read, and written. */
function tokensOf({ usage }: StepRecord): string {
  const tokens = usage?.tokens;
  return tokens === undefined ? '–' : `${tokens.input} + ${tokens.output}`;
}

function align(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
