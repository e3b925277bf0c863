// Shell and native steps in a sandbox of the system, and permissions: what they name is there, and nothing beside it.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import type { RunOptions } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { PermissionsDefinition } from '../../src/parse/shared-definitions.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { close, listen } from './support/granted-server.ts';

const bubblewrap = await findBubblewrap(process.env['PATH']);
if (!bubblewrap.ok) console.warn(`The sandbox is not tested here. ${bubblewrap.message}`);
const sandboxTest = test.skipIf(!bubblewrap.ok);

// Neither the working directory nor one that a sandbox has of its own.
const base = mkdtempSync(join(homedir(), '.hwfe-test-granted-'));
const project = join(base, 'project');
const work = join(base, 'work');
const engine = createEngine({ cwd: project });
let server: Server;
let port = 0;
let reached = 0;
beforeAll(async () => {
  for (const directory of ['data/deep', 'private', 'out']) mkdirSync(join(project, directory), { recursive: true });
  mkdirSync(work);
  symlinkSync(join(project, 'private'), join(project, 'data/up'));
  server = createServer((_, response) => {
    reached += 1;
    response.end('hello');
  });
  port = await listen(server, '127.0.0.1');
});
beforeEach(() => {
  reached = 0;
  for (const path of ['data/a.txt', 'data/b.csv', 'data/deep/c.txt', 'private/key', 'out/old'])
    writeFileSync(join(project, path), path);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await close(server);
  rmSync(base, { recursive: true });
});

interface Ended {
  readonly output: string;
  readonly failure: unknown;
}

/** What it printed. The step runs elsewhere than where the files are, which a sandbox would show. */
async function run(
  cmd: string,
  permissions?: PermissionsDefinition,
  {
    step = {},
    workflow = {},
    options = {},
  }: { step?: StepDefinition; workflow?: WorkflowDefinition; options?: RunOptions } = {},
): Promise<Ended> {
  return runStep(
    { cmd, isolation: 'os', working_dir: work, ...(permissions && { permissions }), ...step },
    workflow,
    options,
  );
}

async function runStep(
  step: StepDefinition,
  workflow: WorkflowDefinition = {},
  options: RunOptions = {},
): Promise<Ended> {
  const plan = await engine.define({ ...workflow, steps: { step } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  const { output, failure } = (await engine.start(plan.value, options).finished).steps.get('step')!;
  const printed = output && (JSON.parse(Buffer.from(output).toString()) as { stdout?: string } | string);
  return { output: typeof printed === 'object' ? (printed.stdout ?? '') : (printed ?? ''), failure };
}

const SEES = `cd ${project} 2> /dev/null && find . -type f | sort | tr '\\n' ' '`;

describe('what was granted', () => {
  sandboxTest('is there to read, whole directories and what matches', async () => {
    expect((await run(SEES, { read: ['data/**'] })).output).toBe('./data/a.txt ./data/b.csv ./data/deep/c.txt');
    expect((await run(SEES, { read: ['data/*.txt', 'private/key'] })).output).toBe('./data/a.txt ./private/key');
    expect((await run(`cat ${project}/data/a.txt`, { read: 'data/' })).output).toBe('data/a.txt');
  });

  sandboxTest('is there to write, and is made where it is not', async () => {
    const { failure } = await run(`echo new > ${project}/out/new && echo more >> ${project}/made/log`, {
      write: ['out/', 'made/'],
    });
    expect(failure).toBeUndefined();
    expect(readFileSync(join(project, 'out/new'), 'utf8')).toBe('new\n');
    expect(readFileSync(join(project, 'made/log'), 'utf8')).toBe('more\n');
    rmSync(join(project, 'out/new'));
  });

  sandboxTest('is granted by the workflow and by the command line as well', async () => {
    expect((await run(SEES, undefined, { workflow: { permissions: { read: 'data/a.txt' } } })).output).toBe(
      './data/a.txt',
    );
    expect((await run(SEES, undefined, { options: { allow: { read: ['data/b.csv'] } } })).output).toBe('./data/b.csv');
  });

  sandboxTest('is there for a native step', async () => {
    const code = `def run(): return open('${project}/data/a.txt').read()`;
    const native = async (read: string): Promise<Ended> => {
      const step = { language: 'python', runtime: 'native', isolation: 'os', working_dir: work, code } as const;
      return runStep({ ...step, permissions: { read } });
    };
    expect((await native('data/')).output).toBe('data/a.txt');
    expect((await native('out/')).failure).toMatchObject({ reason: 'threw' });
  });

  sandboxTest('is all of the network, by net = "*"', { tags: 'control' }, async () => {
    const { output } = await run(
      `exec 3<> /dev/tcp/127.0.0.1/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3 | tail -1`,
      { net: '*' },
    );
    expect([output, reached]).toEqual(['hello', 1]);
  });
});

const both = (
  read: readonly string[],
  step: readonly string[],
): { workflow: WorkflowDefinition; step: StepDefinition } => ({
  workflow: { permissions: { read, write: read } },
  step: { permissions: { read: step, write: step } },
});

describe('what was not granted', () => {
  test.skipIf(!bubblewrap.ok).each([
    ['reads beside what it may', { read: 'data/a.txt' }, `cat ${project}/private/key ${project}/data/b.csv`],
    ['follows a link out', { read: 'data/' }, `cat ${project}/data/up/key`],
    ['goes up and down', { read: 'data/' }, `cat ${project}/data/../private/key`],
    ['reads what it may only write beside', { write: 'out/' }, `cat ${project}/private/key`],
    ['writes what it may read', { read: 'data/' }, `echo x > ${project}/data/a.txt`],
    ['makes a file where it may read', { read: 'data/' }, `echo x > ${project}/data/new`],
    ['writes beside', { write: 'out/' }, `echo x > ${project}/beside`],
    ['removes what it may read', { read: 'data/' }, `rm ${project}/data/a.txt`],
    ['remounts it', { read: 'data/' }, `mount -o remount,rw ${project}/data; echo x > ${project}/data/a.txt`],
    ['finds processes of the host', { read: '/proc/**' }, `ls /proc/${process.pid}`],
    ['reaches the network without it', { read: 'data/' }, `exec 3<> /dev/tcp/127.0.0.1/${port}`],
    ['reaches the network that a workflow grants by name', {}, `exec 3<> /dev/tcp/127.0.0.1/${port}`],
  ] as const)('%s', { tags: 'attack' }, async (what, permissions, cmd) => {
    const workflow = what.includes('by name') ? { permissions: { net: `127.0.0.1:${port}` } } : {};
    const { failure } = await run(
      `${cmd} > /dev/null 2>&1`.replace(/> \/dev\/null 2>&1$/, (end) => (cmd.includes('>') ? '' : end)),
      permissions as PermissionsDefinition,
      { workflow },
    );
    expect(failure).toMatchObject({ reason: 'exited' });
    expect(readFileSync(join(project, 'data/a.txt'), 'utf8')).toBe('data/a.txt');
    expect(existsSync(join(project, 'data/new')) || existsSync(join(project, 'beside'))).toBe(false);
    expect(reached).toBe(0);
  });

  test.skipIf(!bubblewrap.ok).each([
    [['data/**'], ['/**'], './data/a.txt ./data/b.csv ./data/deep/c.txt'],
    [['/**'], ['data/deep/'], './data/deep/c.txt'],
    [['data/*.txt'], ['data/**'], './data/a.txt'],
    [['data/'], ['private/'], ''],
    [['data/*'], ['data/*/*'], ''],
  ])(
    'a workflow that grants %j and a step that says %j have in common: %s',
    { tags: 'attack' },
    async (read, step, common) => {
      const given = both(read, step);
      expect((await run(SEES, undefined, given)).output).toBe(common);
    },
  );
});

describe('what a sandbox cannot hold', () => {
  const mistakes = async (step: StepDefinition): Promise<string> => {
    const plan = await engine.define({ steps: { step } });
    return plan.ok ? '' : plan.error.map(({ message }) => message).join('\n');
  };

  test('is a mistake in the file', async () => {
    expect(await mistakes({ cmd: 'true', permissions: { read: 'a' } })).toBe(
      'Step "step" has "permissions", which hold a step on the host only in a sandbox, as it has your own rights else: add isolation = "os", or leave them out',
    );
    expect(
      await mistakes({ cmd: 'true', isolation: 'os', permissions: { net: 'api.example.com', clock: false } }),
    ).toBe(
      'Leave "clock" out of the permissions of step "step": it runs on the host, where nothing holds it to that\n' +
        'Write net = "*" in the permissions of step "step", or nothing: a sandbox has all of the network or none, and cannot tell "api.example.com" from other hosts',
    );
  });
});
