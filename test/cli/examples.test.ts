// `hwfe examples`: every workflow that comes with hwfe is listed, and runs where it was copied to.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { filesOf } from '../../src/cli/shipped.ts';
import { directory } from './rig.ts';

const SHIPPED = join(import.meta.dirname, '../../workflows');
const home = directory();
afterAll(() => home.remove());

const isWorkflow = (name: string): boolean => /\.(lua|toml)$/.test(name);
const plain = readdirSync(SHIPPED).filter(isWorkflow);
const served = readdirSync(join(SHIPPED, 'examples')).filter(isWorkflow);

it('lists all of them, each with a sentence, in groups', async () => {
  const { out, status } = await home.hwfe('examples');
  expect(status).toBe(0);
  for (const name of [...plain, ...served]) expect(out).toMatch(new RegExp(`^  ${name} +\\S.{10,}$`, 'm'));
  const groups = out.split('\n').filter((line) => /^[a-z-]+$/.test(line));
  expect(groups[0]).toBe('basics');
  expect(groups).toContain('actions');
});

it('prints one by its name', async () => {
  const { out } = await home.hwfe('examples', 'exchange_rates');
  expect(out).toBe(readFileSync(join(SHIPPED, 'examples/exchange_rates.lua'), 'utf8'));
});

it('says what is wrong', async () => {
  const messages = [];
  for (const args of [['dmeo'], ['copy'], ['demo', 'x'], ['copy', 'demo', 'a', 'b']])
    messages.push((await home.hwfe('examples', ...args)).err.trim());
  expect(messages).toEqual([
    'error: There is no example "dmeo"; did you mean "demo"?',
    'error: Name the example: hwfe examples copy NAME [DIR]',
    'error: Write: hwfe examples, hwfe examples NAME, or hwfe examples copy NAME [DIR]',
    'error: Write: hwfe examples, hwfe examples NAME, or hwfe examples copy NAME [DIR]',
  ]);
});

it('copies each with all that it needs to be checked and run, and overwrites nothing', async () => {
  for (const name of [...plain, ...served]) {
    const { out, status } = await home.hwfe('examples', 'copy', name, `c/${name}`);
    expect({ name, status }).toEqual({ name, status: 0 });
    expect(out).toContain(`Run it with: hwfe c/${name}/${name}\n`);
    expect({ name, ...(await home.hwfe('validate', `c/${name}/${name}`)) }).toMatchObject({ status: 0 });
    const again = await home.hwfe('examples', 'copy', name, `c/${name}`);
    expect({ name, status: again.status, out: again.out }).toEqual({ name, status: 2, out: '' });
    expect(again.err).toContain('would be overwritten');
  }
});

it('copies data files along', async () => {
  expect(filesOf({ name: 'demo.lua', path: join(SHIPPED, 'demo.lua') }).map(({ place }) => place)).toEqual(
    expect.arrayContaining(['demo.lua', 'data/customers.json', 'data/orders.csv', 'wasm/crc32.wasm']),
  );
  await home.hwfe('examples', 'copy', 'demo.toml', 'run');
  const { status, out } = await home.hwfe('run/demo.toml', '-q', '--output', 'json');
  expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('Customer       City') as string });
  expect(existsSync(join(home.path, 'run/order_gate.lua'))).toBe(false);
});
