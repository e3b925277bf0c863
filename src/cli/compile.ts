/** Keeps V8's form of the program, taken after a run of a small workflow; the last part of the build. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProgram } from './compiled.ts';

/** What any run goes through: steps that print, wait for one another and hand something on. */
const WORKFLOW = `workflow = { steps = {
  first = { language = "lua", code = "print('x') return { n = 1 }" },
  second = { language = "lua", code = "return inputs.first.n", depends_on = { "first" } },
} }
`;

const directory = mkdtempSync(join(tmpdir(), 'hwfe-compile-'));
writeFileSync(join(directory, 'workflow.lua'), WORKFLOW);
process.chdir(directory);
process.argv.splice(2, process.argv.length, 'workflow.lua', '--quiet');
const program = loadProgram();
process.on('exit', () => {
  process.chdir('/');
  rmSync(directory, { recursive: true });
  if (process.exitCode === 0) writeFileSync(program.cache, program.compiled());
});
program.start();
