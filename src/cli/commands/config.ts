/** `hwfe config`: every setting, its value, and where that comes from. */
import { describeOrigin } from '../../config/origin.ts';
import { SETTINGS, type Setting, type SettingValue } from '../../config/settings.ts';
import { formatDuration } from '../../model/duration.ts';
import { formatSize } from '../../model/size.ts';
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import { COMMON, type Option } from '../options.ts';
import { setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'json', about: 'Print one object: by key the value and where it comes from.' },
  ...COMMON,
];

export const config: Command = {
  usage: 'config',
  about: 'Shows every setting with its effective value and where that comes from.',
  options: OPTIONS,
  async run(args, console) {
    const setup = await setUp(args, OPTIONS, console, { positions: true });
    if (setup === undefined) return STATUS.wrong;
    const rows = SETTINGS.map((setting) => {
      const value = setup.values.get(setting.key)!;
      return { setting, value, origin: setup.origins.get(setting.key)! };
    });
    if (args.has('json')) {
      const document = Object.fromEntries(rows.map(({ setting, value, origin }) => [setting.key, { value, origin }]));
      console.out.lines([harmlessJson(JSON.stringify(document, null, 2))]);
      return STATUS.succeeded;
    }
    const { visible } = await import('../../terminal/visible.ts');
    const style = setup.styleFor(console.out);
    const keys = Math.max(...rows.map(({ setting }) => setting.key.length));
    const shown = rows.map(({ setting, value }) => visible(describeValue(setting, value)));
    const values = Math.min(24, Math.max(...shown.map((text) => text.length)));
    console.out.lines(
      rows.map(({ setting, origin }, index) => {
        const where = visible(describeOrigin(origin));
        const paint = origin.kind === 'default' ? style.dim : style.cyan;
        return `${setting.key.padEnd(keys)}  ${shown[index]!.padEnd(values)}  ${paint(where)}`;
      }),
    );
    return STATUS.succeeded;
  },
};

function describeValue({ type }: Setting, value: SettingValue): string {
  if (Array.isArray(value)) return value.join(', ');
  if (type.kind === 'duration') return value === 0 ? '0' : formatDuration(Number(value));
  return type.kind === 'size' ? formatSize(Number(value)) : String(value);
}
