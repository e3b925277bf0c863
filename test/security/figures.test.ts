// The figures in SECURITY.md are those of the batteries.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JAVASCRIPT_HOST } from './attacks/javascript-host.ts';
import { JAVASCRIPT_STATE } from './attacks/javascript-state.ts';
import { JAVASCRIPT_VALUES } from './attacks/javascript-values.ts';
import { LUA_HOST } from './attacks/lua-host.ts';
import { LUA_STATE } from './attacks/lua-state.ts';
import { LUA_VALUES } from './attacks/lua-values.ts';
import { pythonHost } from './attacks/python-host.ts';
import { STEERING } from './attacks/terminal.ts';
import { WASM } from './attacks/wasm.ts';
import type { Family } from './support/attack.ts';
import { StockPython } from './support/stock-python.ts';

const text = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8');

function row(families: readonly Family[]): string {
  const attacks = families.flatMap((family) => family.attacks);
  return `${attacks.length} | ${attacks.filter(({ control }) => 'proof' in control).length} | 0`;
}

test('attacks and controls are counted right', () => {
  const javascript = row([...JAVASCRIPT_HOST, ...JAVASCRIPT_STATE, ...JAVASCRIPT_VALUES]);
  const lua = row([...LUA_HOST, ...LUA_STATE, ...LUA_VALUES]);
  const wasm = WASM.flatMap(({ modules }) => modules).length;
  const python = row(pythonHost(new StockPython()));
  console.log(`attacks and controls: JavaScript ${javascript}; Lua ${lua}; WASM ${wasm}; Python ${python}`);
  expect(text).toContain(`| JavaScript steps | ${javascript} |`);
  expect(text).toContain(`| Lua steps | ${lua} |`);
  expect(text).toContain(`| Python steps | ${python} |`);
  expect(text).toContain(`| WASM modules | ${wasm} |`);
  expect(text).toContain(`${Object.keys(STEERING).length} sequences`);
});
