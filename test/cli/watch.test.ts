// `hwfe watch` from the outside.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (factor: string): string => `workflow = { name = "w", steps = {
  load = { cmd = "cat n.json", reads = "n.json" },
  other = { language = "lua", code = "return 'other'" },
  twice = { language = "lua", depends_on = {"load"}, code = "function run(inputs) return 'gives ' .. inputs.load.n * ${factor} end" } } }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.lua': workflow('2'), 'n.json': '{"n":4}' });
});
afterEach(() => home.remove());

describe('hwfe watch', () => {
  it('runs what a change affects, and ends with Ctrl-C', async () => {
    const run = home.start(['watch', 'w.lua']);
    await run.until(/gives 8\n[^]*Waiting/);
    home.write('n.json', '{"n":50}');
    await run.until(/gives 100\n[^]*Waiting/);
    home.write('w.lua', workflow('3'));
    await run.until(/gives 150\n[^]*Waiting/);
    home.write('w.lua', 'workflow = {');
    await run.until(/mistake|expected|error[^]*Waiting/);
    home.write('w.lua', workflow('4'));
    await run.until(/gives 200\n[^]*Waiting/);
    run.signal('SIGINT');
    const { status, out } = await run.ended;
    expect(status).toBe(0);
    expect(out.match(/✓ other .*cached/g)).toHaveLength(3);
    expect(out.match(/✓ load .*cached/g)).toHaveLength(2);
    expect(out).not.toMatch(/✓ twice .*cached/);
  });

  it('looks at files that steps may read, and at those that are given as inputs', async () => {
    home.write(
      'w.lua',
      `workflow = { name = "w", inputs = { f = { type = "file" } }, steps = {
        a = { code = "return 'a' .. hwfe.read('n.json')", permissions = { read = {"n.json"} } },
        b = { inputs = { f = "{{ inputs.f }}" }, permissions = { read = {"m.txt"} }, code = "function run(i) return 'b' .. hwfe.read(i.f) end" } } }`,
    );
    home.write('m.txt', '1');
    home.write('n.json', '1');
    const run = home.start(['watch', 'w.lua', '--input', 'f=m.txt']);
    await run.until(/a1[^]*b1[^]*Waiting/);
    home.write('n.json', '2');
    await run.until(/a2[^]*b1[^]*Waiting/);
    home.write('m.txt', '3');
    await run.until(/a2[^]*b3[^]*Waiting/);
    run.signal('SIGINT');
    const { out } = await run.ended;
    expect(out.match(/✓ a .*cached/g)).toHaveLength(1);
    expect(out.match(/✓ b .*cached/g)).toHaveLength(1);
  });
});
