/** Workflow files as users name them: relative, absolute, misspelt. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnosticsOf, folder, readFile, workflowOf } from './files.ts';

const FLOW = 'workflow = { steps = { a = { code = "" } } }';

test('a path is shown relative to where hwfe was started, if the file lies there', async () => {
  const cwd = folder({ 'flows/a.lua': FLOW });
  const other = folder({ 'b.lua': FLOW });
  const shown = async (path: string): Promise<string> => workflowOf(await readFile(cwd, path)).file.path;
  expect(await shown('flows/a.lua')).toBe('flows/a.lua');
  expect(await shown('./flows/a.lua')).toBe('./flows/a.lua');
  expect(await shown(join(cwd, 'flows/a.lua'))).toBe('flows/a.lua');
  expect(await shown(join(other, 'b.lua'))).toBe(join(other, 'b.lua'));
});

test('the ending may be in capitals', async () => {
  const cwd = folder({ 'A.LUA': FLOW, 'B.TOML': '[steps.a]\ncmd = "x"\n' });
  expect(workflowOf(await readFile(cwd, 'A.LUA')).name).toBe('A');
  expect(workflowOf(await readFile(cwd, 'B.TOML')).name).toBe('B');
});

test.for([
  ['flows/dmeo.lua', 'flows/demo.lua'],
  ['flows/demo', 'flows/demo.lua'],
  ['flows/report', 'flows/report.toml'],
])('for %s, %s is suggested', async ([given, meant]) => {
  const cwd = folder({ 'flows/demo.lua': FLOW, 'flows/report.toml': '', 'flows/demo.txt': '' });
  const [diagnostic] = diagnosticsOf(await readFile(cwd, given!));
  expect(diagnostic).toMatchObject({ code: 'file-not-found' });
  expect(diagnostic!.message).toContain(`did you mean "${meant}"?`);
});

test('a file with another ending is told so, whatever it holds', async () => {
  const cwd = folder({ 'a.yaml': 'steps: {}', 'b.yaml': '', 'c.yaml': new Uint8Array([0xff]) });
  for (const path of ['a.yaml', 'b.yaml', 'c.yaml']) {
    expect(diagnosticsOf(await readFile(cwd, path))).toMatchObject([{ code: 'unknown-extension' }]);
  }
});
