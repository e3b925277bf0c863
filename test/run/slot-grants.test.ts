// Embedded steps in processes without rights, and permissions: the engine does what was granted, and looks at each act.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Isolation, Job } from '../../runners/contract.ts';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import { message } from '../../runners/slot/errands.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { SlotErrands } from '../../src/run/slot-errands.ts';
import { jobOf } from '../runners/contract/job.ts';
import { close, listen } from '../security/support/granted-server.ts';

const bubblewrap = await findBubblewrap(process.env['PATH']);
if (!bubblewrap.ok) console.warn(`Slots in a sandbox are not tested here. ${bubblewrap.message}`);
const TIERS: readonly Isolation[] = bubblewrap.ok ? ['process', 'os'] : ['process'];

const base = mkdtempSync(join(tmpdir(), 'hwfe-test-slot-grants-'));
const project = join(base, 'project');
const engine = createEngine({ cwd: project });
let server: Server;
let port = 0;
beforeAll(async () => {
  for (const directory of ['data', 'out', 'private']) mkdirSync(join(project, directory), { recursive: true });
  symlinkSync(join(project, 'private/key'), join(project, 'data/link'));
  server = createServer((_, response) => void response.end('hello'));
  port = await listen(server, '127.0.0.1');
});
beforeEach(() => {
  for (const path of ['data/a.txt', 'private/key']) writeFileSync(join(project, path), path);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await close(server);
  rmSync(base, { recursive: true });
});

const STEPS: Readonly<
  Record<'lua' | 'javascript' | 'python', Readonly<Record<'works' | 'reads' | 'fetches', string>>>
> = {
  lua: {
    works: 'hwfe.write("out/lua", hwfe.read("data/a.txt") .. hwfe.fetch(URL).body) return hwfe.list("data/**")',
    reads: 'return hwfe.read(PATH)',
    fetches: 'return hwfe.fetch("http://127.0.0.1:1/").body',
  },
  javascript: {
    works:
      'hwfe.write("out/javascript", hwfe.read("data/a.txt") + await (await fetch(URL)).text()); return hwfe.list("data/**")',
    reads: 'return hwfe.read(PATH)',
    fetches: 'return await (await fetch("http://127.0.0.1:1/")).text()',
  },
  python: {
    works:
      'open("out/python", "w").write(open("data/a.txt").read() + hwfe.fetch(URL).text()); return sorted(__import__("os").listdir("data"))',
    reads: 'return open(PATH).read()',
    fetches: 'return hwfe.fetch("http://127.0.0.1:1/").text()',
  },
};
const WRAPS = {
  lua: (body: string) => `function run() ${body} end`,
  javascript: (body: string) => `async function run() { ${body} }`,
  python: (body: string) => `import hwfe\ndef run(): ${body}`,
};

describe.each(TIERS)('with isolation "%s"', (isolation) => {
  describe.each(['lua', 'javascript', 'python'] as const)('a %s step', (language) => {
    async function run(what: 'works' | 'reads' | 'fetches', path = ''): Promise<{ output: string; failure: unknown }> {
      const body = STEPS[language][what]
        .replace('URL', `"http://127.0.0.1:${port}/"`)
        .replace('PATH', JSON.stringify(path));
      const permissions = { read: 'data/**', write: 'out/**', net: `127.0.0.1:${port}` };
      const step: StepDefinition = { language, isolation, permissions, code: WRAPS[language](body) };
      const plan = await engine.define({ steps: { step } });
      if (!plan.ok) throw new Error(plan.error.map(({ message: each }) => each).join());
      const { output, failure } = (await engine.start(plan.value).finished).steps.get('step')!;
      return { output: output === undefined ? '' : Buffer.from(output).toString(), failure };
    }

    test('reads, lists, writes and fetches what it was granted', async () => {
      const { output, failure } = await run('works');
      expect([failure, output]).toEqual([undefined, language === 'python' ? '["a.txt"]' : '["data/a.txt"]']);
      expect(readFileSync(join(project, 'out', language), 'utf8')).toBe('data/a.txthello');
    });

    test.each(['private/key', 'data/link', '../secret', '/etc/hostname'])('does not read %s', async (path) => {
      const { output, failure } = await run('reads', path);
      expect(output).toBe('');
      // What lies elsewhere, Python does not even look for.
      if (language !== 'python' || !/^[./]/.test(path)) expect(failure).toMatchObject({ reason: 'not-granted' });
    });

    test('reaches no other host', async () => {
      expect((await run('fetches')).failure).toMatchObject({
        reason: 'not-granted',
        grant: 'permissions = { net = ["127.0.0.1:1"] }',
      });
    });
  });
});

describe('what a slot asks for', () => {
  const layers = [{ from: 'step', read: ['data/**'], write: ['out/**'] }] as const;
  const granted: Job = jobOf('lua', 'embedded', { code: '', grants: { directory: project, layers } });

  /** The answer's value, or why the slot is ended. */
  async function ask(parts: readonly Uint8Array[], job: Job | undefined = granted): Promise<unknown> {
    const line = new PassThrough();
    const answers = new PassThrough();
    line.write = ((chunk: Uint8Array) => answers.push(chunk)) as typeof line.write;
    let refuse: (why: string) => void = () => undefined;
    const refused = new Promise<string>((done) => {
      refuse = done;
    });
    const errands = new SlotErrands(line, (why) => refuse(why));
    if (job !== undefined) errands.begin(job, undefined);
    for (const part of parts) line.push(part);
    const chunks: Buffer[] = [];
    const answer = new Promise((done) => {
      answers.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        const whole = Buffer.concat(chunks);
        if (whole.length < 8 || whole.length < 8 + whole.readUInt32LE(0) + whole.readUInt32LE(4)) return;
        done((JSON.parse(whole.toString('utf8', 8, 8 + whole.readUInt32LE(0))) as { value: unknown }).value);
      });
    });
    try {
      return await Promise.race([answer, refused]);
    } finally {
      await errands.close();
    }
  }
  const question = (what: string, ...args: string[]): Uint8Array[] =>
    message({ ask: what, args }, Buffer.from('forged'));

  test('is done within what the engine knows that the step was granted', async () => {
    expect(await ask(question('read', 'data/a.txt'))).toEqual({ ok: true });
    expect(await ask(question('read', 'private/key'))).toMatchObject({ ok: false, code: 'EACCES' });
    expect(await ask(question('write', 'private/key'))).toMatchObject({ ok: false, code: 'EACCES' });
    expect(await ask(question('rename', '/etc/passwd', 'out/x'))).toMatchObject({ ok: false });
    expect(readFileSync(join(project, 'private/key'), 'utf8')).toBe('private/key');
  });

  test.each([
    ['no method', question('constructor', 'x')],
    ['a method of all objects', question('toString')],
    ['no path', question('entry', 'a\0b')],
    ['no JSON', [Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{{{{')]],
    ['no question', message([] as never, new Uint8Array())],
    ['arguments that are none', message({ ask: 'read', args: [{}] as never }, new Uint8Array())],
    ['far too much', [Buffer.from([0, 0, 0, 255, 0, 0, 0, 0])]],
    ['two things at once', [Buffer.concat([...question('entry', 'data'), ...question('entry', 'data')])]],
    ['no request', message({ ask: 'fetch', args: ['no JSON'] }, new Uint8Array())],
  ])('ends it where it is %s', async (_what, parts) => {
    expect(await ask(parts)).toEqual(expect.any(String));
  });

  test('ends it where it has no step', async () => {
    const line = new PassThrough();
    const refused = new Promise((done) => void new SlotErrands(line, done));
    for (const part of question('read', 'data/a.txt')) line.push(part);
    expect(await refused).toBe('it asked what no step asks');
  });
});
