// The command starts from V8's form of the program, and just as well without it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAIN } from './rig.ts';

let home = '';
const copy = (name: string): string => join(home, 'dist/src/cli', name);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hwfe-cli-'));
  mkdirSync(copy('.'), { recursive: true });
  for (const name of ['main.js', 'program.cjs', 'program.v8']) cpSync(join(dirname(MAIN), name), copy(name));
  writeFileSync(join(home, 'package.json'), '{ "name": "hwfe", "version": "1.2.3", "type": "module" }');
});
afterEach(() => rmSync(home, { recursive: true }));

const version = (...flags: string[]): string =>
  execFileSync(process.execPath, [...flags, copy('main.js'), '--version'], { encoding: 'utf8' });

it.each<[string, () => void]>([
  ['as it was built', () => undefined],
  ['when it is missing', () => rmSync(copy('program.v8'))],
  ['when it is empty', () => truncateSync(copy('program.v8'))],
  ['when it is cut short', () => truncateSync(copy('program.v8'), 1000)],
  ['when it is something else', () => writeFileSync(copy('program.v8'), 'x'.repeat(statSync(copy('program.v8')).size))],
])('%s', (_, spoil) => {
  spoil();
  expect(version()).toBe('1.2.3\n');
});

it('under flags of V8 that it was not made for', () => {
  expect(version('--stack-size=900')).toBe('1.2.3\n');
});
