/** Shows when each step ran, and what the same steps would have taken in other modes. */
import { formatDuration } from '../model/duration.ts';
import { pathOf, withoutItems } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode } from '../model/workflow.ts';
import { html, type Html } from './html.ts';
import type { PageRun } from './page-data.ts';
import { looksOf } from './step-looks.ts';
import { type Chain, simulated } from './timing.ts';

const BAR = 14;

/** The bars of the first `most` steps, in the order in which they started, those inside a step below it. */
export function drawTimeline({ steps }: PageRun, path: readonly string[], most: number): Html {
  const ran = steps.flatMap(({ record }, index) =>
    record.startedAt === undefined ? [] : [{ record, index, at: record.startedAt, ms: record.durationMs ?? 0 }],
  );
  if (ran.length === 0) return html`<p class="note">No step began.</p>`;
  const first = ran.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const last = ran.reduce((end, { at, ms }) => Math.max(end, at + ms), 0);
  const span = Math.max(1, last - first);
  const percent = (ms: number): string => `${((ms / span) * 100).toFixed(3)}%`;
  const marked = new Set(path);
  const starts = new Map(ran.map(({ record, at }) => [record.name, at]));
  const rows = ran
    .map((one) => ({ ...one, key: keyOf(one.record.name, one.at, starts) }))
    .toSorted((a, b) => compare(a.key, b.key) || a.index - b.index)
    .slice(0, most)
    .map(({ record, index, at, ms }) => {
      const width = (ms / span) * 100 < 0.15 ? '0.15%' : percent(ms);
      return html`<tr class="${marked.has(record.name) ? 'on-path' : ''}"><td class="name"><a href="#s${index}">${record.name}</a></td><td><svg width="100%" height="${BAR}"><rect class="bar ${looksOf(record)}" x="${percent(Math.min(at - first, span * 0.9985))}" width="${width}" height="${BAR}" rx="2"><title>${record.name}: from ${formatDuration(at - first)} on, ${formatDuration(ms)}</title></rect></svg></td><td class="took mono">${formatDuration(ms)}</td></tr>\n`;
    });
  const left = ran.length - rows.length;
  return html`<div class="scroll"><table class="times">${rows}</table></div>${left > 0 ? html`<p class="note">and ${left} more</p>` : undefined}`;
}

/** When each of those began that a step is inside of, the outermost first, and when it began itself; with their names. */
type Key = readonly (readonly [at: number, name: string])[];

function keyOf(name: string, at: number, starts: ReadonlyMap<string, number>): Key {
  const path = pathOf(name);
  return path.map((part, index) => {
    const whole = path.slice(0, index + 1).join('/');
    return [whole === name ? at : (starts.get(whole) ?? starts.get(withoutItems(whole)) ?? at), part];
  });
}

function compare(a: Key, b: Key): number {
  for (const [index, [at, name]] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const difference = at - other[0] || name.localeCompare(other[1], 'en', { numeric: true });
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** `ms` is by index of the plan. */
export function showModes(
  { run, mode, cap, parallelism }: PageRun,
  plan: Plan,
  ms: readonly number[],
  chain: Chain,
): Html {
  const most = cap > 1 ? cap : parallelism;
  const modes: [ExecutionMode, number][] = [
    ['sequential', 1],
    ['parallel', most],
    ['work-stealing', most],
  ];
  const rows = modes.map(([one, at]) => {
    const isThis = one === mode;
    const took = isThis && run.durationMs !== undefined ? html`, took ${formatDuration(run.durationMs)}` : undefined;
    return html`<tr><th scope="row">${one}${isThis ? ' (this run)' : ''}</th><td>${at}</td><td>${formatDuration(simulated(plan, ms, { mode: one, cap: at }))}${took}</td></tr>\n`;
  });
  const bound = html`<tr><th scope="row">any, with no bound</th><td>&ndash;</td><td>${formatDuration(chain.ms)}</td></tr>`;
  return html`<table><thead><tr><th>mode</th><th>at once</th><th>the steps' times alone</th></tr></thead>${rows}${bound}</table>
<p class="note">Simulated from what each step took here; what starting and handing over cost is not in it.</p>`;
}
