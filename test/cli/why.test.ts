// `hwfe why` from the outside.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (rest = ''): string => `workflow = { name = "w", cache = true, steps = {
  load = { cmd = "cat a.json", reads = "*.json", pass_env = "REGION" },
  twice = { language = "lua", depends_on = {"load"}, code = [[
function run(inputs)
  return inputs.load.n * 2
end]] ${rest} },
  after = { depends_on = {"twice"}, code = "return 1" },
  open = { cmd = "exit $CODE", env = { CODE = 0 } } } }`;

let home: Directory;
beforeEach(async () => {
  home = directory({ 'w.lua': workflow(), 'a.json': '{"n":4}' });
  await home.hwfe('w.lua', '-q');
});
afterEach(() => home.remove());

async function why(step: string, ...args: string[]): Promise<string[]> {
  const { out } = await home.hwfe('why', step, ...args);
  return out
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{8}/g, 'RUN')
    .trimEnd()
    .split('\n');
}

describe('hwfe why', () => {
  it('names the value that changed, and the file that brought it', async () => {
    home.write('a.json', '{"n":5}');
    await home.hwfe('w.lua', '-q');
    expect(await why('twice')).toEqual([
      'twice ran in RUN; since RUN this has changed:',
      '  input load.n: 4 → 5',
      '    since this has changed for "load":',
      '      file a.json',
    ]);
  });

  it('names the line of code, the entry of the environment, the limit, the file that came', async () => {
    home.write('w.lua', workflow().replace('* 2', '* 3'));
    await home.hwfe('w.lua', '-q');
    expect(await why('twice')).toEqual([
      'twice ran in RUN; since RUN this has changed:',
      '  code',
      '    - return inputs.load.n * 2',
      '    + return inputs.load.n * 3',
    ]);
    await home.bash('REGION=eu hwfe w.lua -q');
    expect(await why('load')).toContain('  env REGION');
    home.write('b.json', '1');
    await home.bash('REGION=eu hwfe w.lua -q --set limits.output=1MB');
    expect(await why('load')).toEqual([
      'load ran in RUN; since RUN this has changed:',
      '  file b.json: not there → there',
      '  limits.output: 268435456 → 1048576',
    ]);
  });

  it('tells of steps that were cached, were not to be cached, failed and were skipped', async () => {
    await home.hwfe('w.lua', '-q');
    expect(await why('twice')).toEqual(['twice did not run in RUN: "twice" of RUN had done the same']);
    expect((await why('open')).slice(0, 2)).toEqual([
      'open ran in RUN, though nothing is known to differ from RUN',
      expect.stringContaining('It runs each time'),
    ]);
    home.write('w.lua', workflow().replace('* 2', '* nothing'));
    await home.hwfe('w.lua', '-q');
    expect((await why('twice'))[0]).toContain('ran and failed (');
    expect(await why('after')).toEqual(['after was skipped in RUN: it needs "twice"']);
    expect((await home.hwfe('why', 'twise')).err).toContain('did you mean "twice"?');
    expect((await home.hwfe('why')).status).toBe(2);
  });

  it('shows what templates gave then and now, but nothing of secrets or of what it was passed', async () => {
    const computing = (extra = ''): string => `workflow = { name = "c", cache = true, secrets = { "KEY" },
      inputs = { day = { type = "string", default = "mon" }, pass = { type = "string", secret = true }, other = { type = "integer", default = 1 } },
      steps = {
        a = { cmd = "cat a.json", reads = "a.json", register = "line" },
        b = { language = "lua", pass_env = "REGION", inputs = {
          sum = "{{ steps.a.output.n + 1 }}", half = "{{ steps.a.output.half }}", list = { 0, "{{ inputs.day }}" }, line = "{{ vars.line }}",
          region = "{{ env.REGION }}", pass = "{{ inputs.pass }}${extra}", tries = "{{ steps.a.attempts }}" }, code = "return 1" },
        c = { cmd = "echo {{ steps.a.output.n }} $WHERE", reads = {}, env = { WHERE = "at {{ inputs.day }}" } },
        g = { parallel = { i = { language = "lua", inputs = { y = "{{ steps.a.output.n * 2 }}" }, code = "return 1" } } } } }`;
    home.write('c.lua', computing());
    home.write('a.json', '{"n":4, "half":5}');
    await home.bash('REGION=north hwfe c.lua -q -i pass=hunter2-old');
    home.write('a.json', '{"n":5, "half":5.0}');
    home.write('c.lua', computing('!'));
    await home.bash('REGION=south hwfe c.lua -q -i pass=hunter2-new -i day=tue -i other=2');
    const told = await why('b');
    expect(told).toEqual([
      'b ran in RUN; since RUN this has changed:',
      '  inputs',
      '  env REGION',
      '  input a.n: 4 → 5',
      '    since this has changed for "a":',
      '      file a.json',
      '  input half: 5 → 5.0',
      '  input line: "{\\"n\\":4, \\"half\\":5}" → "{\\"n\\":5, \\"half\\":5.0}"',
      '  input list[1]: "mon" → "tue"',
      '  input region',
      '  input sum: 5 → 6',
      '  inputs.day: "mon" → "tue"',
    ]);
    expect(await why('c')).toEqual([
      'c ran in RUN; since RUN this has changed:',
      '  {{ steps.a.output.n }}: 4 → 5',
      '  env WHERE: at mon → at tue',
      '  input a.n: 4 → 5',
      '    since this has changed for "a":',
      '      file a.json',
    ]);
    expect(await why('g/i')).toEqual([
      'g/i ran in RUN; since RUN this has changed:',
      '  input a.n: 4 → 5',
      '  input y: 8 → 10',
    ]);
    const { out } = await home.hwfe('why', 'b', '--json');
    expect(out).not.toMatch(/hunter2|north|south/);
    const { out: foreseen } = await home.bash('REGION=south hwfe c.lua --dry-run -i pass=hunter2-new -i day=wed');
    expect(foreseen).toContain('env WHERE: at tue → at wed');
    expect(foreseen).toContain('input list[1]: "tue" → "wed"');
    expect(foreseen).not.toContain('input line');
    expect(foreseen).not.toMatch(/hunter2|north|south/);
  });

  it('says of a value that was no secret, and is one now, only that it has changed', async () => {
    const file = (
      more: string,
    ): string => `workflow = { name = "s", cache = true, inputs = { pass = { type = "string"${more} } }, steps = {
      b = { language = "lua", inputs = { pass = "{{ inputs.pass }}" }, code = "return 1" } } }`;
    home.write('s.lua', file(''));
    await home.hwfe('s.lua', '-q', '-i', 'pass=hunter2-old');
    home.write('s.lua', file(', secret = true'));
    const { out } = await home.hwfe('s.lua', '--dry-run', '-i', 'pass=hunter2-new');
    expect(out).toContain('input pass\n');
    expect(out).not.toContain('hunter2-new');
  });
});
