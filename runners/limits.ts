/** How limits are worded: each with its value and with who set it. */
import type { LimitName, Limits, StepFailure } from './contract.ts';

/** Bytes that an embedded language may use where nobody said otherwise. */
export const EMBEDDED_MEMORY: number = 1024 ** 3;

const OVER: Readonly<Record<Exclude<LimitName, 'output' | 'stdout'>, string>> = {
  memory: 'used more memory than',
  cpu: 'used more CPU time than',
  wall: 'took longer than',
  files: 'wrote a larger file than',
  processes: 'had more processes at once than',
};

/** `The step used more memory than limits.memory (256 MiB, set by the step)`. */
export function overLimit(limit: Exclude<LimitName, 'output' | 'stdout'>, limits: Limits): StepFailure {
  return { reason: 'limit', limit, message: `The step ${OVER[limit]} limits.${limit} (${described(limit, limits)})` };
}

/** `bytes` is the size of the output's text, or as much of it as was written before the step was stopped. */
export function outputTooLarge(bytes: number, limits: Limits): StepFailure {
  const figure = (n: number): string => n.toLocaleString('en-US');
  return {
    reason: 'limit',
    limit: 'output',
    message: `The output has ${figure(bytes)} bytes, and limits.output is ${figure(limits.output)} (${origin('output', limits)}): raise it, or return less`,
  };
}

export function leftOut(bytes: number, limits: Limits): string {
  return `\u2026 ${size(bytes)} more were printed and left out (limits.stdout is ${described('stdout', limits)})`;
}

/** `256 MiB, set by the step`. */
export function described(limit: LimitName, limits: Limits): string {
  return `${amount(limit, limits)}, ${origin(limit, limits)}`;
}

function origin(limit: LimitName, { setBy, [limit]: value }: Limits): string {
  if (value === undefined) return 'the default';
  const by = setBy?.[limit];
  return by === undefined ? 'as configured' : `set by the ${by}`;
}

function amount(limit: LimitName, limits: Limits): string {
  const value = limits[limit] ?? EMBEDDED_MEMORY;
  if (limit === 'processes') return String(value);
  return limit === 'cpu' || limit === 'wall' ? duration(value) : size(value);
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${Number((ms / 1000).toFixed(2))}s`;
}

export function size(bytes: number): string {
  const exponent = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** exponent).toFixed(1))} ${['bytes', 'KiB', 'MiB', 'GiB'][exponent]}`;
}
