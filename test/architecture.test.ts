// The house stands: imports point one way, no file imports itself in a circle, every file says what it is for.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Which rooms a room may import from, beside itself; the same table stands in ARCHITECTURE.md. */
const TABLE: Record<string, readonly string[]> = {
  runners: [],
  'src/model': ['runners/contract'],
  'src/config': ['src/model', 'runners/contract'],
  'src/expressions': ['src/model', 'runners/contract', 'runners/value'],
  'src/forms': ['src/model'],
  'src/parse': ['src/model', 'src/expressions', 'src/forms', 'runners/contract'],
  'src/plan': ['src/model'],
  'src/run': [
    'src/model',
    'src/globs',
    'src/expressions',
    'src/forms',
    'runners/compiled',
    'runners/contract',
    'runners/limits',
    'runners/setup-letter',
    'runners/thread-clock',
    'runners/value',
    'runners/bounded',
    'runners/process/bubblewrap',
    'runners/process/launch',
    'runners/process/sandbox',
    'runners/process/table',
    'runners/python/boot',
    'runners/slot/frames',
    'runners/slot/errands',
    'runners/item-clock',
    'runners/many-inputs',
    'runners/memory',
    'runners/grants/errand',
  ],
  'src/store': [
    'src/model',
    'src/expressions',
    'src/plan',
    'src/globs',
    'src/version',
    'runners/contract',
    'runners/grants/granted-files',
    'runners/kinds/find',
    'runners/python/packages',
    'runners/value',
  ],
  'src/testing': [
    'src/model',
    'src/plan',
    'src/run/mocked-pool',
    'src/store/difference',
    'src/terminal/canonical',
    'src/terminal/failure',
    'runners/contract',
    'runners/value',
  ],
  'src/page': [
    'src/model',
    'src/plan',
    'src/run/places',
    'src/run/scheduler',
    'src/terminal',
    'runners/contract',
    'runners/value',
  ],
  'src/doctor': [
    'src/model',
    'src/config',
    'src/store',
    'src/version',
    'runners/contract',
    'runners/native/programs',
    'runners/process/bubblewrap',
    'runners/process/pids-group',
    'runners/python/boot',
    'runners/shell/interpreter',
  ],
  'src/terminal': ['src/model', 'runners/contract'],
  'src/cli': [
    'src/model',
    'src/api',
    'src/engine',
    'src/head-start',
    'src/config',
    'src/doctor',
    'src/forms',
    'src/terminal',
    'src/parse',
    'src/store',
    'src/testing',
    'src/page',
    'src/outputs',
    'src/version',
    'runners/compiled',
    'runners/contract',
    'runners/memory',
    'runners/prompt',
    'runners/setup-letter',
    'runners/slot/errands',
    'runners/value',
  ],
  'src/engine': [
    'src/api',
    'src/model',
    'src/config',
    'src/parse',
    'src/plan',
    'src/run',
    'src/store',
    'src/begin-run',
    'src/job-settings',
    'src/run-rules',
    'src/warm-up',
    'runners/contract',
  ],
  'src/begin-run': [
    'src/api',
    'src/model',
    'src/run',
    'src/store',
    'src/job-settings',
    'src/run-rules',
    'runners/contract',
  ],
  'src/job-settings': ['src/api', 'src/model', 'src/config', 'src/run', 'runners/contract'],
  'src/api': ['src/model', 'src/config', 'src/parse', 'src/run', 'src/store', 'src/head-start', 'runners/contract'],
  'src/head-start': ['src/run'],
  'src/run-rules': ['src/api', 'src/model', 'src/config', 'src/run'],
  'src/warm-up': ['src/model', 'runners/contract'],
  'src/define': ['src/parse'],
  'src/globs': [],
  'src/version': [],
  'src/outputs': ['src/model', 'runners/value'],
  'src/index': [
    'src/api',
    'src/engine',
    'src/define',
    'src/outputs',
    'src/store',
    'src/config',
    'src/parse',
    'src/run/mocked-pool',
    'src/model',
    'runners/contract',
    'runners/value',
  ],
};

interface Import {
  readonly to: string;
  readonly typesOnly: boolean;
}

const files = [...sources('src'), ...sources('runners')];
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('imports', () => {
  it('go only where the table lets them', () => {
    const forbidden = files.flatMap((file) =>
      imports.get(file)!.flatMap(({ to }) => (mayImport(room(file), to) ? [] : [`${file} imports ${to}`])),
    );
    expect(forbidden).toEqual([]);
  });

  it('of the vocabulary from the thread boundary are types only', () => {
    const values = files
      .filter((file) => room(file) === 'src/model')
      .flatMap((file) => imports.get(file)!.filter(({ to, typesOnly }) => to.startsWith('runners/') && !typesOnly));
    expect(values).toEqual([]);
  });

  it('never form a circle, types left aside', () => {
    expect(circle()).toBeUndefined();
  });

  it('name every room', () => {
    expect([...new Set(files.map(room))].filter((name) => !(name in TABLE))).toEqual([]);
  });

  it('stand in the table of ARCHITECTURE.md', () => {
    const rows = read('ARCHITECTURE.md').matchAll(/^\| `([\w/-]+)` \|[^|]*\| (.*) \|$/gm);
    const written = Object.fromEntries(
      [...rows].map(([, name, allowed]) => [
        name!.replace(/\/$/, ''),
        [...allowed!.matchAll(/`([\w/-]+)`/g)].map(([, one]) => one!.replace(/\/$/, '')).toSorted(),
      ]),
    );
    const enforced = Object.entries(TABLE).map(([name, allowed]) => [
      withoutSrc(name),
      // It says in words that it imports what it gives to others.
      name === 'src/index' ? [] : allowed.map(withoutSrc).toSorted(),
    ]);
    expect(written).toEqual(Object.fromEntries(enforced));
  });
});

describe('every file', () => {
  it('opens with the sentence that says what it is for', () => {
    const silent = files.filter((file) => !/^(#!.*\n)?(\/\*\*|\/\/) ?\S/.test(read(file)));
    expect(silent).toEqual([]);
  });
});

function withoutSrc(name: string): string {
  return name.replace(/^src\//, '');
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  for (const [, statement, specifier] of read(file).matchAll(
    /(?:^|\n)\s*((?:import|export)\b[^;'"]*?)from\s+'(\.[^']+)'/g,
  )) {
    found.push({ to: target(file, specifier!), typesOnly: /^(import|export) type\b/.test(statement!) });
  }
  for (const [, specifier] of read(file).matchAll(/\bimport\('(\.[^']+)'\)/g)) {
    found.push({ to: target(file, specifier!), typesOnly: true });
  }
  return found;
}

function target(from: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(from), specifier));
}

/** `src/parse/lua/read.ts` is in `src/parse`, `src/engine.ts` in `src/engine`, all of `runners/` in `runners`. */
function room(file: string): string {
  const parts = file.replace(/\.ts$/, '').split('/');
  return parts[0] === 'runners' ? 'runners' : parts.slice(0, 2).join('/');
}

function mayImport(from: string, to: string): boolean {
  if (room(to) === from) return true;
  const path = to.replace(/\.ts$/, '');
  return (TABLE[from] ?? []).some((allowed) => path === allowed || path.startsWith(`${allowed}/`));
}

function circle(): string[] | undefined {
  const done = new Set<string>();
  for (const start of files) {
    const path: string[] = [];
    const onPath = new Set<string>();
    const visit = (file: string): string[] | undefined => {
      if (onPath.has(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      path.push(file);
      onPath.add(file);
      for (const { to, typesOnly } of imports.get(file) ?? []) {
        const found = typesOnly ? undefined : visit(to);
        if (found !== undefined) return found;
      }
      path.pop();
      onPath.delete(file);
      done.add(file);
      return undefined;
    };
    const found = visit(start);
    if (found !== undefined) return found;
  }
  return undefined;
}
