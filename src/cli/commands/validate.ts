/** `hwfe validate`: every mistake of workflow files, without running anything. */
import { withEngine } from '../engine.ts';
import { oneLine } from '../../model/one-line.ts';
import { countLevels, countSteps } from '../../terminal/words.ts';
import type { Command } from '../command.ts';
import { findWorkflow, listWorkflows } from '../find.ts';
import { COMMON, type Option } from '../options.ts';
import { reportDiagnostics, setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = COMMON;

export const validate: Command = {
  usage: 'validate [FILE…]',
  about:
    'Checks workflow files, or all of the workflow directory, and reports every mistake of each at once.\nThe exit status is 2 if there is any.',
  options: OPTIONS,
  async run(args, console) {
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const { workflows } = setup.config;
    const names = args.words.length > 0 ? args.words : listWorkflows(workflows, console.cwd);
    if (names.length === 0) {
      console.err.lines([
        `error: There are no workflow files in "${workflows.directory}"; name one: hwfe validate FILE`,
      ]);
      return STATUS.wrong;
    }
    const style = setup.styleFor(console.out);
    return withEngine(setup, console, async (engine) => {
      let status: number = STATUS.succeeded;
      for (const name of names) {
        const path = findWorkflow(name, workflows, console.cwd);
        if (!path.ok) {
          console.err.lines([`error: ${path.error}`]);
          status = STATUS.wrong;
          continue;
        }
        const plan = await engine.load(path.value);
        if (plan.ok) {
          const { steps, levels, warnings } = plan.value;
          await reportDiagnostics(warnings, setup.styleFor, console);
          const size = `${countSteps(steps.length)} in ${countLevels(levels.length)}`;
          console.out.lines([`${style.green('✓')} ${oneLine(path.value)}: ${size}`]);
        } else {
          await reportDiagnostics(plan.error, setup.styleFor, console);
          console.out.lines([`${style.red('✗')} ${oneLine(path.value)}`]);
          status = STATUS.wrong;
        }
      }
      return status;
    });
  },
};
