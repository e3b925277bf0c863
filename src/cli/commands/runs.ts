/** `hwfe runs`: the runs that are remembered. */
import type { PastRun, PastStatus } from '../../model/history.ts';
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const STATUSES: readonly PastStatus[] = ['running', 'interrupted', 'parked', 'succeeded', 'failed', 'cancelled'];

const OPTIONS: readonly Option[] = [
  { name: 'workflow', short: 'w', takes: 'NAME', about: 'Only runs of this workflow.' },
  {
    name: 'status',
    short: 's',
    takes: 'STATUS',
    about: 'Only running, interrupted, parked, succeeded, failed or cancelled ones.',
  },
  { name: 'since', takes: 'WHEN', about: 'Only runs begun since then: 2h, 3d, 2026-11-20, 2026-11-20T08:00.' },
  { name: 'until', takes: 'WHEN', about: 'Only runs begun until then.' },
  { name: 'tag', short: 't', takes: 'WORD', about: 'Only runs with this tag; may be repeated.' },
  { name: 'limit', short: 'n', takes: 'N', about: 'At most so many, the newest; 20 unless told.' },
  { name: 'json', about: 'One run per line as JSON.' },
  ...COMMON,
];

export const runs: Command = {
  usage: 'runs',
  about: 'Lists the runs that are remembered, the newest first.',
  options: OPTIONS,
  async run(args, console) {
    const { alternatives } = await import('../../config/values.ts');
    const wanted = args.value('status');
    const status = STATUSES.find((known) => known === wanted);
    if (wanted !== undefined && status === undefined) {
      return wrong(console, `There is no status "${wanted}"; write ${alternatives(STATUSES)}`);
    }
    const limit = args.value('limit') ?? '20';
    if (!/^[1-9]\d{0,8}$/.test(limit)) return wrong(console, `The flag "--limit" takes a whole number, not "${limit}"`);
    const times: { since?: number; until?: number } = {};
    for (const name of ['since', 'until'] as const) {
      const given = args.value(name);
      if (given === undefined) continue;
      const at = momentOf(given, Date.now());
      if (at === undefined) {
        return wrong(console, `The flag "--${name}" takes a time such as "2h" or "2026-11-20", not "${given}"`);
      }
      times[name] = at;
    }
    const workflow = args.value('workflow');
    return withHistory(args, OPTIONS, console, async ({ history, setup }) => {
      const found = history.runs({
        ...(workflow !== undefined && { workflow }),
        ...(status !== undefined && { status }),
        ...times,
        tags: args.values('tag'),
        limit: Number(limit),
      });
      if (args.has('json')) console.out.lines(found.map(jsonOf));
      else if (found.length === 0) console.out.lines(['No run is like that.']);
      else {
        const { renderRuns } = await import('../../terminal/past-runs.ts');
        console.out.lines(renderRuns(found, Date.now(), setup.styleFor(console.out)));
      }
      return STATUS.succeeded;
    });
  },
};

export function jsonOf(run: PastRun): string {
  return harmlessJson(JSON.stringify(run));
}

/** `2h` ago, or a date with or without a time, in the machine's time zone. */
function momentOf(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined)
    return now - Number(amount) * { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }[unit as 's']!;
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00`) : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
