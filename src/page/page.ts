/** A page about one run: one file of HTML that needs nothing else, no script and no network. */
import { createHash } from 'node:crypto';
import { formatDuration } from '../model/duration.ts';
import { everyStep, withoutItems } from '../model/nested.ts';
import { formatMoment } from '../terminal/moment.ts';
import { countSteps } from '../terminal/words.ts';
import { drawGraph, type GraphMarks } from './graph.ts';
import { html, Html } from './html.ts';
import type { PageRun, PageStep } from './page-data.ts';
import { showFailure, showStep } from './step.ts';
import { looksOf } from './step-looks.ts';
import { showValue } from './value.ts';
import { STYLE } from './style.ts';
import { drawTimeline, showModes } from './timeline.ts';
import { criticalPath, planOf } from './timing.ts';

/** More are no help in a picture. */
const MOST_DRAWN = 1000;
/** A browser opens so many in a second. */
const MOST_SHOWN = 5000;
/** Bytes of all inputs together. */
const MOST_INPUTS = 4 * 1024 ** 2;

export function renderPage(page: PageRun): string {
  const { run, steps, definition } = page;
  const places = new Map(steps.map(({ record }, index) => [record.name, index]));
  const plan = definition && planOf(definition);
  const byName = new Map(steps.map(({ record }) => [record.name, record]));
  const records = plan?.steps.map(({ step }) => byName.get(step.name)) ?? [];
  const ms = records.map((record) => record?.durationMs ?? 0);
  const chain = plan === undefined ? { steps: [], ms: 0 } : criticalPath(plan, ms);
  const path = chain.steps.map((index) => plan!.steps[index]!.step.name);
  const failures = steps.flatMap((step) => showFailure(step) ?? []);
  const others = {
    indexOf: (name: string) => places.get(name),
    output: (name: string) => steps[places.get(name) ?? -1]?.output?.value,
    room: { bytes: MOST_INPUTS },
  };
  const cached = steps.filter(({ record }) => record.cached !== undefined).length;
  const body = html`<h1>${run.workflow} <span class="badge ${run.status}">${run.status}</span></h1>
${facts(page)}
${failures.length === 0 ? undefined : html`<h2>Failures</h2>${failures.slice(0, MOST_DRAWN)}`}
<h2>Graph</h2>
${
  plan === undefined
    ? html`<p class="note">What the run was to do is damaged or gone.</p>`
    : plan.steps.length > MOST_DRAWN
      ? html`<p class="note">${plan.steps.length} steps are too many for a picture.</p>`
      : html`<div class="scroll">${drawGraph(plan, { marksOf: marksOn(steps), path, opens: everyStep(plan).length <= MOST_DRAWN })}</div>`
}
<h2>Timeline</h2>
${drawTimeline(page, path, MOST_DRAWN)}
${cached === 0 ? undefined : html`<p class="note">Not in it: ${countSteps(cached)} that did not run, since an earlier run had done the same.</p>`}
${plan === undefined ? undefined : html`<p>The critical path (&#9670;) takes ${formatDuration(chain.ms)}: ${pathLinks(path, places)}. No mode is faster.</p>${showModes(page, plan, ms, chain)}`}
${page.outputs === undefined ? undefined : html`<h2>Returned</h2><div class="value">${showValue(page.outputs, `hwfe output ${run.id}`)}</div>`}
${page.memory === undefined ? undefined : html`<h2>Shared memory</h2><div class="value">${showValue(page.memory, `hwfe show ${run.id} --json`)}</div>`}
<h2>Steps</h2>
${steps.slice(0, MOST_SHOWN).map((step, index) => showStep(step, index, run.id, others))}
${steps.length > MOST_SHOWN ? html`<p class="note">and ${steps.length - MOST_SHOWN} more: <code>hwfe show ${run.id}</code></p>` : undefined}`;
  return document(run.workflow, run.id, body);
}

/** A step inside one that is done for several items looks as the worst of them does, and leads to the first. */
function marksOn(steps: readonly PageStep[]): GraphMarks['marksOf'] {
  const marks = new Map<string, { looks: string; index: number }>();
  steps.forEach(({ record }, index) => {
    const name = withoutItems(record.name);
    const looks = looksOf(record);
    const before = marks.get(name);
    if (before === undefined) marks.set(name, { looks, index });
    else if (WORST.indexOf(looks) > WORST.indexOf(before.looks)) before.looks = looks;
  });
  return (name) => marks.get(name) ?? { looks: 'waiting', index: undefined };
}

const WORST = ['waiting', 'skipped', 'cached', 'succeeded', 'pending', 'retrying', 'running', 'cancelled', 'failed'];

function facts({ run, mode, cap, user }: PageRun): Html {
  const { counts } = run;
  const settled = (['succeeded', 'failed', 'cancelled', 'skipped'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`);
  const list: [string, string][] = [
    ['run', run.id],
    ['file', run.path],
    ['started', `${formatMoment(run.startedAt)}${user === undefined ? '' : ` by ${user}`} in ${run.cwd}`],
    ['took', run.durationMs === undefined ? 'it never settled' : formatDuration(run.durationMs)],
    ['steps', `${countSteps(run.steps)}${settled.length === 0 ? '' : `: ${settled.join(', ')}`}`],
    ['mode', `${mode}${cap > 1 ? `, at most ${cap} at once` : ''}`],
    ...(run.tags.length === 0 ? [] : [['tags', run.tags.join(', ')] as [string, string]]),
    ...Object.entries(run.options.inputs ?? {}).map(([name, value]): [string, string] => [
      `input ${name}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['hwfe', run.version],
  ];
  return html`<dl class="facts">${list.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Of a long path its beginning and its end. */
function pathLinks(path: readonly string[], places: ReadonlyMap<string, number>): Html[] {
  const shown = path.length <= 12 ? path : [...path.slice(0, 6), undefined, ...path.slice(-5)];
  return shown.map((name, i) => {
    const link = name === undefined ? html`&hellip;` : html`<a href="#s${places.get(name) ?? 0}">${name}</a>`;
    return html`${i > 0 ? ' → ' : ''}${link}`;
  });
}

/** No browser loads or runs anything for it, whatever a name or a value holds. */
function document(title: string, run: string, body: Html): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} &ndash; ${run}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${body}
</body>
</html>
`.text;
}
