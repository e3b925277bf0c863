// Embedded Python's own ways to files of the machine: what was not granted is neither read, listed, changed nor removed.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';

const SECRET = 'the-secret-of-the-machine-41cc';
const base = mkdtempSync(join(tmpdir(), 'hwfe-test-tree-'));
const project = join(base, 'project');
const secret = join(base, 'secret');
const engine = createEngine({ cwd: project });
const PERMISSIONS = { read: ['data/**', 'out/**'], write: ['out/**', 'drop/**'] };
beforeAll(() => {
  for (const directory of ['data/deep', 'out', 'drop', 'private'])
    mkdirSync(join(project, directory), { recursive: true });
  symlinkSync(secret, join(project, 'data/link'));
  symlinkSync(base, join(project, 'data/up'));
  symlinkSync(base, join(project, 'out/up'));
  symlinkSync(secret, join(project, 'out/link'));
});
beforeEach(() => {
  for (const path of ['data/a.txt', 'data/deep/b.txt', 'private/key', 'out/old', 'drop/box'])
    writeFileSync(join(project, path), path);
  writeFileSync(secret, SECRET);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(base, { recursive: true });
});

interface Ended {
  readonly output: unknown;
  readonly failure: { readonly reason: string; readonly message?: string; readonly grant?: string } | undefined;
}

async function run(body: string, more: StepDefinition = { permissions: PERMISSIONS }): Promise<Ended> {
  const code = `import os, pathlib, shutil, glob, csv, json, zipfile, sqlite3\ndef run():\n${body.trim().replace(/^/gm, '    ')}`;
  const plan = await engine.define({ steps: { step: { language: 'python', code, ...more } } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  const { output, failure } = (await engine.start(plan.value).finished).steps.get('step')!;
  return {
    output: output && (JSON.parse(Buffer.from(output).toString()) as unknown),
    failure: failure as Ended['failure'],
  };
}

/** All that is not to change. */
function unchanged(): void {
  expect(readFileSync(secret, 'utf8')).toBe(SECRET);
  expect(readFileSync(join(project, 'private/key'), 'utf8')).toBe('private/key');
  expect(readFileSync(join(project, 'data/a.txt'), 'utf8')).toBe('data/a.txt');
  expect(readFileSync(join(project, 'drop/box'), 'utf8')).toBe('drop/box');
  expect(lstatSync(join(project, 'data/link')).isSymbolicLink()).toBe(true);
  expect(readdirSync(join(project, 'private'))).toEqual(['key']);
  expect(readdirSync(join(project, 'data')).sort()).toEqual(['a.txt', 'deep', 'link', 'up']);
}

describe('what was granted', () => {
  test('is read, listed and looked for by ordinary Python', async () => {
    const { output } = await run(`
with open('data/a.txt') as file: text = file.read()
return [text, pathlib.Path('data/deep/b.txt').read_text(), sorted(os.listdir('data')), sorted(glob.glob('data/**/*.txt', recursive=True)),
    os.path.getsize('${project}/data/a.txt'), os.getcwd(), [os.path.exists(path) for path in ('data', 'data/none', 'private/key', '../secret')]]`);
    expect(output).toEqual([
      'data/a.txt',
      'data/deep/b.txt',
      ['a.txt', 'deep'],
      ['data/a.txt', 'data/deep/b.txt'],
      10,
      project,
      [true, false, false, false],
    ]);
  });

  test('is written, appended to, renamed and removed by ordinary Python', async () => {
    const { output } = await run(`
os.makedirs('out/new/deep', exist_ok=True)
pathlib.Path('out/new/deep/a').write_text('one')
with open('out/new/deep/a', 'a') as file: file.write(' two')
with open('out/new/deep/a', 'r+') as file: file.seek(4); file.write('2wo'); file.truncate()
shutil.copy('data/a.txt', 'out/new/copy')
os.replace('out/new/copy', 'out/new/moved')
with zipfile.ZipFile('out/new/z.zip', 'w') as archive: archive.write('data/a.txt')
database = sqlite3.connect('out/new/db')
database.execute('create table t (a)')
database.execute('insert into t values (5)')
database.commit()
database.close()
rows = sqlite3.connect('out/new/db').execute('select a from t').fetchall()
open('out/new/gone', 'x').close()
os.remove('out/new/gone')
os.mkdir('out/new/empty')
os.rmdir('out/new/empty')
return [rows, sorted(os.listdir('out/new')), zipfile.ZipFile('out/new/z.zip').namelist()]`);
    expect(output).toEqual([[[5]], ['db', 'deep', 'moved', 'z.zip'], ['data/a.txt']]);
    expect(readFileSync(join(project, 'out/new/deep/a'), 'utf8')).toBe('one 2wo');
    expect(readFileSync(join(project, 'out/new/moved'), 'utf8')).toBe('data/a.txt');
    rmSync(join(project, 'out/new'), { recursive: true });
  });

  test('is written when the step ends, where it was left open', async () => {
    await run('global left\nleft = open("out/left", "w")\nleft.write("not closed")\nreturn 1');
    expect(readFileSync(join(project, 'out/left'), 'utf8')).toBe('not closed');
    rmSync(join(project, 'out/left'));
  });

  test('may be written without being read', async () => {
    const { output } = await run(`
with open('drop/box', 'a') as file: file.write('!')
try: open('drop/box').read()
except PermissionError as error: return str(error)`);
    expect(output).toBe("[Errno 2] Permission denied: 'drop/box'");
    expect(readFileSync(join(project, 'drop/box'), 'utf8')).toBe('drop/box!');
  });

  test('stays as it is when the interpreter is cleaned', { tags: 'attack' }, async () => {
    await run(`
global left
left = [open('out/old'), open('out/old', 'r+'), os.open('out', os.O_RDONLY)]
os.chdir('out')
return os.listdir('.')`);
    const { output, failure } = await run(`return [os.path.exists('${project}'), os.getcwd()]`, {});
    expect([failure, output]).toEqual([undefined, [false, '/home/pyodide']]);
    expect(readFileSync(join(project, 'out/old'), 'utf8')).toBe('out/old');
    unchanged();
  });

  test.each(['memory', 'files'])('is held by the limit of %s', { tags: 'attack' }, async (limit) => {
    const { failure } = await run(
      `
with open('out/large', 'wb') as file:
    for _ in range(300): file.write(bytes(1 << 20))`,
      { permissions: PERMISSIONS, limits: { [limit]: limit === 'memory' ? '150MB' : '8MB' } },
    );
    expect(failure).toMatchObject({ reason: 'limit', limit });
    rmSync(join(project, 'out/large'), { force: true });
  });
});

/** Not granted, by their paths from the project, and how each is reached in truth. */
const PLACES = [
  'private/key',
  'data/../private/key',
  'data/link',
  'data/up/secret',
  'data/up/project/private/key',
  `${project}/private/key`,
  'out/link',
  'out/up/secret',
] as const;

const READS: Readonly<Record<string, (path: string) => string>> = {
  open: (path) => `return open(${JSON.stringify(path)}).read()`,
  'os.open': (path) => `return os.read(os.open(${JSON.stringify(path)}, os.O_RDONLY), 100)`,
  pathlib: (path) => `return pathlib.Path(${JSON.stringify(path)}).read_bytes()`,
  'shutil.copy': (path) => `shutil.copyfile(${JSON.stringify(path)}, '/tmp/copy')\nreturn open('/tmp/copy').read()`,
  'after chdir': (path) => `os.chdir('data')\nreturn open(os.path.join('..', ${JSON.stringify(path)})).read()`,
};

const CHANGES: Readonly<Record<string, (path: string) => string>> = {
  'open for writing': (path) => `open(${JSON.stringify(path)}, 'w').write('x')`,
  'open for appending': (path) => `open(${JSON.stringify(path)}, 'a').write('x')`,
  'open to make it': (path) => `open(${JSON.stringify(path)} + '-new', 'x').write('x')`,
  truncate: (path) => `os.truncate(${JSON.stringify(path)}, 0)`,
  'rename away': (path) => `os.rename(${JSON.stringify(path)}, 'out/stolen')\nreturn open('out/stolen').read()`,
  'replace it': (path) => `os.replace('out/old', ${JSON.stringify(path)})`,
  mkdir: (path) => `os.mkdir(os.path.join(os.path.dirname(${JSON.stringify(path)}), 'made'))`,
  'copy onto it': (path) => `shutil.copyfile('data/a.txt', ${JSON.stringify(path)})`,
};

describe.each(Object.entries(READS))('reading with %s', (_name, read) => {
  test.each(PLACES)('does not reach %s', { tags: 'attack' }, async (path) => {
    const { output, failure } = await run(read(path));
    expect(output).toBeUndefined();
    expect(failure).toMatchObject({ reason: 'not-granted' });
  });

  test('reaches it where all is granted', { tags: 'control' }, async () => {
    const { output } = await run(read('data/link'), { permissions: { read: [`${base}/**`] } });
    expect(JSON.stringify(output)).toMatch(new RegExp(`${SECRET}|${Buffer.from(SECRET).toString('base64')}`));
  });
});

describe.each(Object.entries(CHANGES))('changing with %s', (name, change) => {
  test.each(PLACES)('leaves %s as it is', { tags: 'attack' }, async (path) => {
    const { failure } = await run(change(path));
    const isOwnLink = path === 'out/link';
    // A link in a directory that may be written is the step's to replace, and what it leads to is not.
    if (!isOwnLink || /appending|away|truncate/.test(name)) expect(failure).toBeDefined();
    if (!isOwnLink && !name.includes('make it')) expect(failure).toMatchObject({ reason: 'not-granted' });
    unchanged();
    expect(existsSync(join(base, 'made'))).toBe(false);
    rmSync(join(project, 'out/link'), { force: true });
    rmSync(join(project, 'out/link-new'), { force: true });
    rmSync(join(project, 'out/made'), { force: true, recursive: true });
    symlinkSync(secret, join(project, 'out/link'));
  });
});

describe('besides', () => {
  test.each([
    ["os.remove('data/a.txt')", 'data/a.txt'],
    ["os.rmdir('data/deep')", 'data/deep'],
    ["shutil.rmtree('data')", 'data/'],
    ["os.rename('drop/box', 'out/box')", 'drop/box'],
    ["os.listdir('private')", 'private'],
    ["os.scandir('private')", 'private'],
    ["os.stat('private/key')", 'private/key'],
    ["os.chdir('private')\n    os.listdir('.')", 'private'],
  ])('%s is denied', { tags: 'attack' }, async (body, path) => {
    const { failure } = await run(`return ${body}`.replace('return os.chdir', 'os.chdir').replace('\n    ', '\n'));
    expect(failure).toMatchObject({ reason: 'not-granted' });
    expect(failure?.grant).toContain(path);
    unchanged();
  });

  test.each([
    "os.symlink('/etc/passwd', 'out/made')",
    "os.link('data/a.txt', 'out/made')",
    "os.mkfifo('out/made')",
    "os.chmod('private/key', 0o777)",
  ])('%s makes nothing', { tags: 'attack' }, async (body) => {
    const { failure } = await run(body);
    expect(failure).toBeDefined();
    expect(existsSync(join(project, 'out/made'))).toBe(false);
    unchanged();
  });

  test('what is not granted looks the same whether it is there or not', { tags: 'attack' }, async () => {
    const { output } = await run(`
found = []
for path in ('private/key', 'private/none', 'private', 'nowhere', 'nowhere/key'):
    try: os.stat(path)
    except OSError as error: found.append(error.errno)
return found`);
    expect(output).toEqual([2, 2, 2, 2, 2]);
  });

  test('a step without permissions for files has its own in memory, and is told which to add', async () => {
    const { failure } = await run("return open('data/a.txt').read()", {});
    expect(failure?.message).toContain('add permissions = { read = ["data/a.txt"] } to the step');
    const own = await run("open('data.txt', 'w').write('x')\nreturn [os.getcwd(), open('data.txt').read()]", {
      permissions: { env: ['A'] },
    });
    expect(own.output).toEqual(['/home/pyodide', 'x']);
    expect(existsSync(join(project, 'data.txt'))).toBe(false);
  });
});
