/** Whether a command line will run steps, so that a thread may boot while the command is still being loaded. */
import { isCommandName } from './names.ts';

/** With these a command runs no step. */
const STEPLESS = ['--help', '-h', '--dry-run', '-n'];

/** `args` are those of the whole command. */
export function runsSteps(args: readonly string[]): boolean {
  const [first] = args;
  return (first === 'run' || !isCommandName(first)) && !args.some((arg) => STEPLESS.includes(arg));
}
