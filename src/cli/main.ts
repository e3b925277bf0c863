#!/usr/bin/env node
/** The command `hwfe`: starts the program, unless only its version is asked for. */
import { version } from '../version.ts';
import { loadProgram } from './compiled.ts';

const [, , first = ''] = process.argv;
if (['--version', '-V'].includes(first)) process.stdout.write(`${version()}\n`);
else loadProgram().start();
