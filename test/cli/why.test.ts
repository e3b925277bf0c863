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
});
