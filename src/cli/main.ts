#!/usr/bin/env node
/** The command `hwfe`: starts the program, and a thread with it, unless only its version is asked for. */
import { bundle } from '../../runners/compiled.ts';
import type * as HeadStarts from '../head-start.ts';
import { version } from '../version.ts';
import type * as Program from './program.ts';
import { runsSteps } from './steps.ts';

const args = process.argv.slice(2);
if (['--version', '-V'].includes(args[0] ?? '')) process.stdout.write(`${version()}\n`);
else if (args[0] === 'memory' && process.env['HWFE_MEMORY'] !== undefined) {
  process.argv.splice(2, 1);
  bundle(`${__dirname}/shared-memory.cjs`).load();
} else {
  // Its boot takes longest of all that a short run needs, so it comes before everything else.
  const early = runsSteps(args)
    ? bundle<typeof HeadStarts>(`${__dirname}/../head-start.cjs`).load().headStart()
    : undefined;
  bundle<typeof Program>(`${__dirname}/program.cjs`).load().program(args, early);
}
