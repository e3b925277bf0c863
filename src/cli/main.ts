#!/usr/bin/env node
/** The command `hwfe`: starts the program. */
import { loadProgram } from './compiled.ts';

loadProgram().start();
