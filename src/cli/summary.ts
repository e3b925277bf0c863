/** Sums up several workflows that were run one after the other. */
import { formatDuration } from '../model/duration.ts';
import type { Style } from '../terminal/style.ts';
import { visible } from '../terminal/visible.ts';
import type { WorkflowEnd } from './session.ts';
import { STATUS } from './status.ts';

/** `asked` is how many were to run; those that a Ctrl-C kept from starting count too. */
export function summary(ends: readonly WorkflowEnd[], asked: number, style: Style): string[] {
  const good = ends.filter(({ status }) => status === STATUS.succeeded);
  const cancelled = ends.filter(({ status }) => status === STATUS.cancelled);
  const failed = ends.length - good.length - cancelled.length;
  const time = ends.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const width = Math.max(...ends.map(({ path }) => path.length), 0);
  const counts = [
    good.length > 0 ? style.green(`${good.length} succeeded`) : '',
    failed > 0 ? style.red(`${failed} failed`) : '',
    cancelled.length > 0 ? style.yellow(`${cancelled.length} cancelled`) : '',
    asked > ends.length ? style.dim(`${asked - ends.length} not started`) : '',
  ];
  return [
    '',
    style.bold('── summary ──'),
    ...ends.map((end) => {
      const sign = end.status === STATUS.succeeded ? style.green('✓') : style.red('✗');
      return `${sign} ${visible(end.path).padEnd(width)}  ${formatDuration(end.durationMs).padStart(7)}  ${visible(end.remark)}`.trimEnd();
    }),
    `${asked} workflows in ${formatDuration(time)}: ${counts.filter((part) => part !== '').join(', ')}`,
  ];
}
