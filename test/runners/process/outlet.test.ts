// What a child printed arrives whole, however soon the child ends and whoever still writes.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Outlet } from '../../../runners/process/outlet.ts';

let home = '';
let readEnd = 0;
let writeEnd = 0;
let ends = 0;
const taken: Buffer[] = [];
const outlet = (): Outlet =>
  new Outlet(
    readEnd,
    (chunk) => taken.push(chunk),
    () => (ends += 1),
  );
const text = (): string => Buffer.concat(taken).toString();

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hwfe-outlet-'));
  const path = join(home, 'pipe');
  spawnSync('mkfifo', [path]);
  readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  writeEnd = openSync(path, constants.O_WRONLY);
  taken.length = 0;
  ends = 0;
});
afterEach(() => rmSync(home, { recursive: true }));

it('is read at once when nobody writes any more', async () => {
  const read = outlet();
  writeSync(writeEnd, 'all of it');
  closeSync(writeEnd);
  read.drain();
  expect([text(), read.isOver, read.isReadEndOpen]).toEqual(['all of it', true, true]);
  await read.ended;
  closeSync(readEnd);
});

it('is followed when somebody still holds it after the child has ended', async () => {
  const read = outlet();
  writeSync(writeEnd, 'first, ');
  read.drain();
  expect([text(), read.isOver]).toEqual(['first, ', false]);
  writeSync(writeEnd, 'then');
  closeSync(writeEnd);
  await read.ended;
  expect([text(), ends, read.isReadEndOpen]).toEqual(['first, then', 1, false]);
});

it('is followed from when it is asked to be, and not read twice', async () => {
  const read = outlet();
  writeSync(writeEnd, 'a');
  read.follow();
  writeSync(writeEnd, 'b');
  closeSync(writeEnd);
  read.drain();
  await read.ended;
  expect([text(), ends]).toEqual(['ab', 1]);
});

it('takes nothing more once it is destroyed, read or followed', async () => {
  const read = outlet();
  read.destroy();
  await read.ended;
  read.drain();
  read.follow();
  closeSync(writeEnd);
  expect([text(), ends]).toEqual(['', 0]);
});
