/** Results of tests for people: a line for each file, more for what failed, and how many in all. */
import { formatDuration } from '../model/duration.ts';
import type { SourceFile, Span } from '../model/source.ts';
import { excerpt } from './excerpt.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

export interface ShownSuite {
  readonly path: string;
  readonly file: SourceFile;
  readonly durationMs: number;
  readonly recorded: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly durationMs: number;
    readonly complaints: readonly { readonly message: string; readonly span: Span }[];
  }[];
}

export interface SuiteLayout {
  readonly style: Style;
  readonly width: number;
  /** A line for every test, not only for those that failed. */
  readonly verbose: boolean;
}

export function renderSuite(suite: ShownSuite, { style, width, verbose }: SuiteLayout): string[] {
  const { tests } = suite;
  const failed = tests.filter(({ complaints }) => complaints.length > 0);
  const mark = (isGood: boolean): string => (isGood ? style.green('✓') : style.red('✗'));
  const counts = `${tests.length} ${tests.length === 1 ? 'test' : 'tests'}${failed.length > 0 ? `, ${failed.length} failed` : ''}`;
  const took = style.dim(formatDuration(suite.durationMs));
  const lines = [`${mark(failed.length === 0)} ${visible(suite.path)} ${style.dim(`(${counts})`)} ${took}`];
  for (const { name, durationMs, complaints } of verbose ? tests : failed) {
    lines.push(`  ${mark(complaints.length === 0)} ${visible(name)} ${style.dim(formatDuration(durationMs))}`);
    for (const { message, span } of complaints) {
      const [first = '', ...more] = message.split('\n').map(visible);
      lines.push(`    ${first}`, ...more.map((line) => `      ${line}`));
      lines.push(...excerpt(suite.file, span, style, width - 4).map((line) => `    ${line}`));
    }
  }
  for (const name of suite.recorded) lines.push(`  ${style.cyan('•')} ${visible(name)} recorded`);
  return lines;
}

export function renderTotals(suites: readonly ShownSuite[], style: Style): string[] {
  const isGood = ({ complaints }: ShownSuite['tests'][number]): boolean => complaints.length === 0;
  const tests = suites.flatMap((suite) => suite.tests);
  const line = (what: string, good: number, all: number): string => {
    const parts = [
      ...(good < all ? [style.red(`${all - good} failed`)] : []),
      ...(good > 0 || all === 0 ? [style.green(`${good} passed`)] : []),
    ];
    return `${what}  ${parts.join(', ')} (${all})`;
  };
  return [
    '',
    line('Files', suites.filter((suite) => suite.tests.every(isGood)).length, suites.length),
    line('Tests', tests.filter(isGood).length, tests.length),
  ];
}
