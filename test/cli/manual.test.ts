// The manual's pages on the command line show what the commands really print.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/commands/run.ts';
import { STATUS } from '../../src/cli/status.ts';
import { directory } from './rig.ts';

const PAGES = [
  'README',
  'docs/command-line',
  'docs/config',
  'docs/events',
  'docs/history',
  'docs/cache',
  'docs/tests',
  'docs/inputs',
  'docs/expressions',
  'docs/control-flow',
  'docs/waiting',
  'docs/shared-memory',
  'docs/nesting',
];

function page(name: string): string {
  return readFileSync(join(import.meta.dirname, `../../${name}.md`), 'utf8');
}

type Part = { kind: 'file'; name: string; text: string } | { kind: 'console'; command: string; output: string };

/** The files that a page shows (or names in a comment, where they only set the scene) and its console sessions, in order. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const pattern = /^<!-- file (\S+)\n([^]*?)-->$|^`([^`\s]+)`:\n\n```\w+\n([^]*?)^```$|^```console\n([^]*?)^```$/gm;
  for (const [, hidden, hiddenText, shown, shownText, session] of text.matchAll(pattern)) {
    const name = hidden ?? shown;
    if (name !== undefined) parts.push({ kind: 'file', name, text: hiddenText ?? shownText ?? '' });
    for (const [, command, output] of (session ?? '').matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
      parts.push({ kind: 'console', command: command!, output: output! });
    }
  }
  return parts;
}

/** Times differ from run to run, and with them the widths of columns. */
function withoutTimes(text: string): string {
  return text.replace(/\b\d+(\.\d+)?m?s\b/g, 'TIME').replace(/ +(?=TIME)/g, ' ');
}

/** `…` on a line of its own stands for any lines, within a line for anything. */
function patternOf(output: string): RegExp {
  const escaped = withoutTimes(output).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/^ *…\n/gm, '(?:.*\\n)*?').replaceAll('…', '.*')}$`);
}

describe.each(PAGES)('%s.md', (name) => {
  it('shows what the commands print', async () => {
    const home = directory();
    try {
      const parts = partsOf(page(name));
      expect(parts.some(({ kind }) => kind === 'console')).toBe(true);
      for (const part of parts) {
        if (part.kind === 'file') {
          home.write(part.name, part.text);
          continue;
        }
        const { out } = await home.bash(`{ ${part.command}\n} 2>&1`);
        const actual = withoutTimes(out);
        if (!patternOf(part.output).test(actual))
          expect(`$ ${part.command}\n${actual}`).toBe(`$ ${part.command}\n${withoutTimes(part.output)}`);
      }
    } finally {
      home.remove();
    }
  });
});

describe('docs/command-line.md', () => {
  it('has a row for every flag of run, and no other', () => {
    const section = page('docs/command-line').split('## Flags of `hwfe run`')[1]!.split('\n## ')[0]!;
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const expected = run.options.map(({ name, short, takes, about }) => {
      const long = `\`--${name}${takes === undefined ? '' : ` ${takes}`}\``;
      return `| ${short === undefined ? '' : `\`-${short}\`, `}${long} | ${about} |`;
    });
    expect(rows).toEqual(expected);
  });

  it('has a row for every exit status, and no other', () => {
    const section = page('docs/command-line').split('## Exit status')[1]!.split('\n## ')[0]!;
    const rows = [...section.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(rows).toEqual(Object.values(STATUS));
  });
});
