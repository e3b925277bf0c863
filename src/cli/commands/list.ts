/** `hwfe list`: the workflows of the workflow directory. */
import type { Command } from '../command.ts';
import { withEngine } from '../engine.ts';
import { listWorkflows } from '../find.ts';
import { COMMON, type Option } from '../options.ts';
import { setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = COMMON;

export const list: Command = {
  usage: 'list',
  about: 'Lists the workflow files of the workflow directory with what each says of itself.',
  options: OPTIONS,
  async run(args, console) {
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const { workflows } = setup.config;
    const paths = listWorkflows(workflows, console.cwd);
    if (paths.length === 0) {
      console.out.lines([`There are no workflow files in "${workflows.directory}".`]);
      return STATUS.succeeded;
    }
    const { visible } = await import('../../terminal/visible.ts');
    const style = setup.styleFor(console.out);
    const width = Math.max(...paths.map((path) => visible(path).length));
    return withEngine(setup, console, async (engine) => {
      for (const path of paths) {
        const plan = await engine.load(path);
        const about = plan.ok
          ? visible(plan.value.workflow.description?.split('\n')[0] ?? plan.value.workflow.name)
          : style.red(`has mistakes: hwfe validate ${visible(path)}`);
        console.out.lines([`${visible(path).padEnd(width)}  ${about}`]);
      }
      return STATUS.succeeded;
    });
  },
};
