/** `hwfe graph`: which step waits for which. */
import type { Command } from '../command.ts';
import { withEngine } from '../engine.ts';
import { findWorkflow } from '../find.ts';
import { COMMON, type Option } from '../options.ts';
import { reportDiagnostics, setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'format', short: 'f', takes: 'FORMAT', about: 'ascii (default), mermaid, dot or json.' },
  ...COMMON,
];

export const graph: Command = {
  usage: 'graph FILE',
  about: 'Draws the levels of a workflow: as text, for Mermaid, for Graphviz, or as JSON.',
  options: OPTIONS,
  async run(args, console) {
    const [{ GRAPH_FORMATS, renderGraph }, { alternatives }, { didYouMean }] = await Promise.all([
      import('../../terminal/graph.ts'),
      import('../../config/values.ts'),
      import('../../model/nearest.ts'),
    ]);
    const wanted = args.value('format') ?? 'ascii';
    const format = GRAPH_FORMATS.find((known) => known === wanted);
    const [name, ...more] = args.words;
    if (format === undefined || name === undefined || more.length > 0) {
      const reason =
        format === undefined
          ? `There is no format "${wanted}"; write ${alternatives(GRAPH_FORMATS)}${didYouMean(wanted, GRAPH_FORMATS)}`
          : 'Name one workflow file: hwfe graph FILE';
      console.err.lines([`error: ${reason}`]);
      return STATUS.wrong;
    }
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const path = findWorkflow(name, setup.config.workflows, console.cwd);
    if (!path.ok) {
      console.err.lines([`error: ${path.error}`]);
      return STATUS.wrong;
    }
    return withEngine(setup, console, async (engine) => {
      const plan = await engine.load(path.value);
      await reportDiagnostics(plan.ok ? plan.value.warnings : plan.error, setup.styleFor, console);
      if (!plan.ok) return STATUS.wrong;
      console.out.lines(renderGraph(plan.value, format));
      return STATUS.succeeded;
    });
  },
};
