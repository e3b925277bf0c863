// The table of settings, the manual page and the config.toml of this repository say the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { SETTINGS } from '../../src/config/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/config.md'), 'utf8');

describe('docs/config.md', () => {
  it.each(SETTINGS)(
    'has a row for $key with its variable, default and meaning',
    ({ key, variable, fallback, about }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\` |`));
      const shown = Array.isArray(fallback) ? fallback.join(', ') : String(fallback);
      expect(row).toBe(`| \`${key}\` | \`${variable}\` | \`${shown}\` | ${about} |`);
    },
  );

  it('has no row for a setting that does not exist', () => {
    const rows = [...page.matchAll(/^\| `([a-z_.]+)` \|/gm)].map((match) => match[1]);
    expect(rows).toEqual(SETTINGS.map(({ key }) => key));
  });
});

describe('config.toml of this repository', () => {
  it('sets every key, each to its default but the mode', async () => {
    const loaded = await loadConfig({ cwd: ROOT, env: { HOME: '/home/ada' }, file: 'config.toml' });
    const defaults = await loadConfig({ cwd: join(ROOT, 'test'), env: { HOME: '/home/ada' } });
    if (!loaded.ok || !defaults.ok) throw new Error('Neither may have mistakes');
    expect(loaded.value.warnings).toEqual([]);
    expect([...loaded.value.origins.values()].every(({ kind }) => kind === 'file')).toBe(true);
    const different = SETTINGS.filter(
      ({ key }) => JSON.stringify(loaded.value.values.get(key)) !== JSON.stringify(defaults.value.values.get(key)),
    );
    expect(different.map(({ key }) => key)).toEqual(['execution.mode']);
    expect(loaded.value.config.execution.mode).toBe('parallel');
  });
});
