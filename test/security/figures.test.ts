// The figures in SECURITY.md are those of the batteries: one row for each file with attacks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STEERING } from './attacks/terminal.ts';
import { tally } from './support/tally.ts';

const text = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8');

/** `| what | [name](file) | attacks | controls | escapes |` */
const ROW = /^\| .* \| \[[^\]]*\]\(([^)]+)\) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|$/;

/** `file: attacks, controls` */
function written(): string[] {
  return text.split('\n').flatMap((line) => {
    const [, file, attacks, controls, escapes] = ROW.exec(line) ?? [];
    return file === undefined ? [] : [`${file}: ${attacks}, ${controls}, ${escapes} escapes`];
  });
}

test('attacks and controls are counted right, file by file and together', () => {
  const counted = tally();
  const rows = [...counted].map(([file, { attacks, controls }]) => `${file}: ${attacks}, ${controls}, 0 escapes`);
  expect(written().sort()).toEqual(rows.sort());
  const sum = (kind: 'attacks' | 'controls'): string =>
    [...counted.values()].reduce((all, each) => all + each[kind], 0).toLocaleString('en');
  expect(text).toContain(`| together | | ${sum('attacks')} | ${sum('controls')} | 0 |`);
}, 120_000);

test('what is said besides is right too', () => {
  expect(text).toContain(`${Object.keys(STEERING).length} sequences`);
});
