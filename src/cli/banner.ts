/** The configuration in a few lines, for `--verbose` and log level info. */
import { availableParallelism } from 'node:os';
import type { Config } from '../config/config.ts';

export function banner({ workflows, server, execution, logging }: Config): string[] {
  const { maxParallelSteps: most } = execution;
  const cap = most === 'auto' ? `auto, up to ${availableParallelism()}` : most > 0 ? most : availableParallelism();
  const parallelism =
    execution.mode === 'sequential'
      ? []
      : [
          `  Max parallel steps: ${cap}`,
          `  Step parallelism: ${execution.enableStepParallelism ? 'enabled' : 'disabled'}`,
        ];
  return [
    'Loaded configuration:',
    `  Workflow directory: ${workflows.directory}`,
    `  Server: ${server.host}:${server.port}`,
    `  Execution mode: ${execution.mode}`,
    ...parallelism,
    `  Log level: ${logging.level}`,
    '',
  ];
}
