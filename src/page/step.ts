/** Shows one step: how it ended and why, its code, its inputs, what it handed on, and what it printed. */
import type { EncodedValue } from '../../runners/contract.ts';
import { formatDuration } from '../model/duration.ts';
import type { ItemsRecord } from '../model/items.ts';
import { formatSize } from '../model/size.ts';
import { formatMoment } from '../terminal/moment.ts';
import { describePending } from '../model/pending.ts';
import { describeFailure } from '../model/failure.ts';
import { describeItems, describeSkip } from '../terminal/words.ts';
import { showAction } from './action.ts';
import { html, type Html } from './html.ts';
import type { PageStep } from './page-data.ts';
import { looksOf } from './step-looks.ts';
import { showValue } from './value.ts';

const LONGEST_CODE = 100_000;
/** A larger one is only shown where it was handed on. */
const LARGEST_INPUT = 16 * 1024;

/** What a step's part of the page takes from the rest of it. */
export interface Others {
  /** The place of a step on the page. */
  readonly indexOf: (name: string) => number | undefined;
  readonly output: (name: string) => EncodedValue | undefined;
  /** What may still be shown of inputs, which are the outputs of others a second time. */
  readonly room: { bytes: number };
}

export function showStep(step: PageStep, index: number, run: string, others: Others): Html {
  const { record, definition, output } = step;
  const notes = [
    record.action ?? record.language ?? definition?.language ?? '',
    record.runtime === 'native' && record.language !== 'shell' ? 'native' : '',
    record.attempt > 1 ? `${record.attempt} attempts` : '',
    output === undefined ? '' : formatSize(output.size),
    record.durationMs === undefined ? '' : formatDuration(record.durationMs),
  ].filter((note) => note !== '');
  const isOpen = record.status === 'failed';
  return html`<details id="s${index}"${isOpen ? html` open` : undefined}><summary><span class="badge ${looksOf(record)}">${looksOf(record)}</span> <b>${record.name}</b> <span class="note">${notes.join(' · ')}</span></summary>
${ending(step)}${why(step)}${code(step)}${showAction(step)}${inputs(step, run, others)}${handedOn(step, run)}${printed(step, run)}
</details>\n`;
}

export function showFailure({ record }: PageStep): Html | undefined {
  const { failure } = record;
  if (failure === undefined) return undefined;
  const position = 'position' in failure ? failure.position : undefined;
  const trace = failure.reason === 'threw' ? failure.trace : undefined;
  const last = 'lastLines' in failure && failure.lastLines.length > 0 ? failure.lastLines.join('\n') : undefined;
  return html`<div class="failure"><b>${record.name}</b>: ${describeFailure(failure)}${position === undefined ? undefined : html` <span class="mono">(${position.file}:${position.line})</span>`}${[trace, last].map((text) => (text === undefined || text.trim() === '' ? undefined : html`<pre>${text}</pre>`))}</div>`;
}

function ending(step: PageStep): Html {
  const { record } = step;
  const { skipped, cached, usage, warnings = [], grants } = record;
  const facts: [string, string][] = [];
  if (record.items !== undefined) facts.push(['items', describeItems(record.items)], ...failedItems(record.items));
  if (record.pending !== undefined) facts.push(['waits for', describePending(record.pending)]);
  if (record.answered !== undefined) {
    const { how, by, at, reason } = record.answered;
    const said = how === 'timed-out' ? 'nobody in time' : `${how} by ${by} at ${formatMoment(at)}`;
    facts.push(['answered', reason === undefined ? said : `${said}: ${reason}`]);
  }
  if (skipped !== undefined) facts.push(['skipped', describeSkip(skipped)]);
  if (cached !== undefined) facts.push(['cached from', `"${cached.step}" of ${cached.run}`]);
  if (usage !== undefined && cached === undefined) {
    if (usage.cpuMs !== undefined) facts.push(['CPU time', formatDuration(usage.cpuMs)]);
    if (usage.tokens !== undefined)
      facts.push(['tokens', `${usage.tokens.input} read, ${usage.tokens.output} written`]);
    if (usage.memoryBytes !== undefined) facts.push(['memory', formatSize(usage.memoryBytes)]);
  }
  if (record.isolation !== undefined) facts.push(['isolation', record.isolation]);
  for (const { from, read, write, net = [] } of grants ?? []) {
    const all = [
      ...read.map((one) => `read ${one}`),
      ...write.map((one) => `write ${one}`),
      ...net.map((one) => `net ${one}`),
    ];
    facts.push([`granted by the ${from}`, all.join(', ') || 'nothing']);
  }
  for (const warning of warnings) facts.push(['warning', warning]);
  const list = facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return html`${showFailure(step)}${list.length === 0 ? undefined : html`<dl class="facts">${list}</dl>`}`;
}

/** Beyond these, they are only counted. */
const MOST_FAILED = 50;

function failedItems({ failed }: ItemsRecord): [string, string][] {
  return [...failed.values()]
    .slice(0, MOST_FAILED)
    .map(({ index, failure }) => [`item ${index}`, describeFailure(failure)]);
}

function why({ why: lines }: PageStep): Html | undefined {
  return lines.length === 0 ? undefined : html`<h3>Why</h3><pre>${lines.join('\n')}</pre>`;
}

function code({ definition }: PageStep): Html | undefined {
  const script = definition?.script;
  if (script === undefined) return undefined;
  if (script.kind === 'module') {
    const args = script.args === undefined ? '' : ` ${script.args.map(String).join(' ')}`;
    return html`<h3>Module</h3><p><code>${script.module} ${script.func}${args}</code></p>`;
  }
  if (script.kind === 'action') return undefined;
  const { file, line } = script.origin;
  const text = script.code.replace(/^\n+|\s+$/g, '');
  const some = text.length > LONGEST_CODE ? `${text.slice(0, LONGEST_CODE)}…` : text;
  return html`<h3>Code <span class="mono">${file}:${line}</span></h3><pre><code>${some}</code></pre>`;
}

function inputs({ definition }: PageStep, run: string, others: Others): Html | undefined {
  const names = definition?.dependsOn ?? [];
  if (names.length === 0) return undefined;
  const list = names.map((name) => {
    const at = others.indexOf(name);
    const link = at === undefined ? html`${name}` : html`<a href="#s${at}">${name}</a>`;
    const value = others.output(name);
    if (value === undefined || value.length > LARGEST_INPUT || value.length > others.room.bytes)
      return html`<p>${link}</p>`;
    others.room.bytes -= value.length;
    const whole = `hwfe output ${run} ${name}`;
    return html`<details><summary>${link}</summary><div class="value">${showValue(value, whole)}</div></details>`;
  });
  return html`<h3>Inputs</h3>${list}`;
}

function handedOn({ output, record }: PageStep, run: string): Html | undefined {
  if (output === undefined) return undefined;
  if (output.value === undefined) return html`<h3>Output</h3><p class="note">It is damaged or gone.</p>`;
  const whole = `hwfe output ${run} ${record.name}`;
  return html`<h3>Output</h3><div class="value">${showValue(output.value, whole)}</div>`;
}

function printed({ lines, moreLines, record }: PageStep, run: string): Html | undefined {
  if (lines.length === 0) return undefined;
  const shown = lines.map(({ stream, text }) =>
    stream === 'stderr' ? html`<span class="stderr">${text}</span>\n` : html`${text}\n`,
  );
  const more =
    moreLines === 0
      ? undefined
      : html`<p class="note">and ${moreLines} more: <code>hwfe logs ${run} ${record.name}</code></p>`;
  return html`<h3>Printed</h3><pre>${shown}</pre>${more}`;
}
