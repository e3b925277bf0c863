// However a command ends, it says how, and no process, thread or file of it stays behind.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { directory, type Started } from '../cli/rig.ts';
import { leftovers } from './leftovers.ts';

const home = directory();
afterAll(() => home.remove());

/** Steps that say `touch started-…` and then go on for ever, each in its way. */
const ENDLESS: Readonly<Record<string, string>> = {
  gentle: `{ cmd = "touch started-gentle; sleep 600" }`,
  deaf: `{ cmd = "trap '' TERM INT HUP; touch started-deaf; while true; do sleep 0.1; done" }`,
  grandchildren: `{ cmd = "(sleep 600; sleep 600) & setsid sleep 600 & touch started-grandchildren; wait" }`,
};

const LOOPS = `workflow = { mode = "parallel", steps = {
  a = { language = "lua", code = [[ print("lua spins") while true do end ]] },
  b = { language = "javascript", code = [[ console.log("javascript spins"); while (true) {} ]] },
  c = { language = "python", code = [[
print("python spins")
while True: pass
]] },
} }`;

let marker: string;
let temp: string;
beforeEach(() => {
  marker = `acceptance-${randomUUID()}`;
  temp = join(home.path, 'temp', marker);
  mkdirSync(temp, { recursive: true });
});
afterEach(async () => {
  expect(await leftovers(marker)).toEqual([]);
});

/** Runs these steps at once, and resolves when all of them are under way. */
async function start(steps: readonly string[], ...flags: string[]): Promise<Started> {
  for (const name of readdirSync(home.path)) if (name.startsWith('started-')) await home.bash(`rm ${name}`);
  const fields = steps.map((name) => `${name} = ${ENDLESS[name]!}`).join(',\n  ');
  home.write(
    'endless.lua',
    `workflow = { mode = "parallel", env = { MARKER = "${marker}" }, steps = {\n  ${fields}\n} }\n`,
  );
  const env = { MARKER: marker, TMPDIR: temp };
  const started = home.start(['endless.lua', '--jobs', '8', ...flags], env);
  let ended = false;
  void started.ended.then(() => (ended = true));
  while (!steps.every((name) => existsSync(join(home.path, `started-${name}`)))) {
    if (ended) throw new Error(`It ended early: ${JSON.stringify(await started.ended)}`);
    await sleep(20);
  }
  return started;
}

describe('Ctrl-C', () => {
  it('ends the processes of steps, and the exit status is 130', async () => {
    const run = await start(['gentle', 'grandchildren']);
    run.signal('SIGINT');
    const { status, out, err } = await run.ended;
    expect(status).toBe(130);
    expect(err).toBe('Stopping: running steps are told to end. Press Ctrl-C again to kill them.\n');
    expect(out).toMatch(/■ endless was cancelled after .*: 2 cancelled\n$/);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('ends endless loops in the embedded languages', async () => {
    home.write('loops.lua', LOOPS);
    const run = home.start(['loops.lua', '--jobs', '3', '--json'], { MARKER: marker, TMPDIR: temp });
    for (const language of ['lua', 'javascript', 'python']) await run.until(new RegExp(`"text":"${language} spins"`));
    run.signal('SIGINT');
    const { status, out } = await run.ended;
    expect(status).toBe(130);
    expect(out.match(/"kind":"step-cancelled"/g)).toHaveLength(3);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('a second time kills what does not listen', async () => {
    const run = await start(['deaf', 'grandchildren']);
    run.signal('SIGINT');
    await run.until(/Press Ctrl-C again/);
    run.signal('SIGINT');
    const { status, err } = await run.ended;
    expect(status).toBe(130);
    expect(err).toContain('Killing what still runs.\n');
    expect(readdirSync(temp)).toEqual([]);
  });

  it('once is enough in the end, also for a step that does not listen', async () => {
    const run = await start(['deaf']);
    run.signal('SIGINT');
    const { status, err } = await run.ended;
    expect(status).toBe(130);
    expect(err).not.toContain('Killing');
    expect(readdirSync(temp)).toEqual([]);
  });
});

it.each(['SIGTERM', 'SIGHUP'] as const)('%s stops a run as Ctrl-C does', async (name) => {
  const run = await start(['gentle', 'grandchildren']);
  run.signal(name);
  expect((await run.ended).status).toBe(130);
  expect(readdirSync(temp)).toEqual([]);
});

it('SIGKILL leaves no process of a step behind', async () => {
  const run = await start(['gentle', 'deaf', 'grandchildren']);
  run.signal('SIGKILL');
  expect((await run.ended).status).toBe('SIGKILL');
  expect(await leftovers(marker)).toEqual([]);
});

it('--timeout ends a run, which has failed then', async () => {
  const run = await start(['gentle', 'grandchildren'], '--timeout', '4s');
  const { status, out } = await run.ended;
  expect(status).toBe(1);
  expect(out).toContain('ran out of time after');
  expect(readdirSync(temp)).toEqual([]);
});

it("a step's timeout ends that step only", async () => {
  home.write(
    'limited.toml',
    `failure_mode = "continue"
[steps.slow]
timeout = "300ms"
cmd = "trap '' TERM; (sleep 600) & sleep 600"
env = { MARKER = "${marker}" }
[steps.loop]
timeout = "300ms"
code = "while true do end"
[steps.fine]
code = "return 1"
`,
  );
  const { ended } = home.start(['limited.toml', '--mode', 'parallel', '--jobs', '3'], { MARKER: marker, TMPDIR: temp });
  const { status, out } = await ended;
  expect(status).toBe(1);
  expect(out).toContain('slow ran out of time after 300ms');
  expect(out).toContain('loop ran out of time after 300ms');
  expect(out).toMatch(/: 1 succeeded, 2 failed\n$/);
  expect(readdirSync(temp)).toEqual([]);
});

it('a dry run starts nothing', async () => {
  home.write('touch.lua', `workflow = { steps = { touch = { cmd = "touch was-run" } } }`);
  const { ended } = home.start(['touch.lua', '--dry-run'], { MARKER: marker, TMPDIR: temp });
  expect(await ended).toMatchObject({ status: 0, err: '' });
  expect(existsSync(join(home.path, 'was-run'))).toBe(false);
  expect(readdirSync(temp)).toEqual([]);
});

it('a reader that goes away ends a run quietly, its steps included', async () => {
  home.write(
    'talk.lua',
    `workflow = { mode = "parallel", env = { MARKER = "${marker}" }, steps = {
  talk = { cmd = "for i in $(seq 1000); do echo line $i; done" },
  sleep = { cmd = "sleep 600" },
} }`,
  );
  const line = `MARKER=${marker} TMPDIR='${temp}' hwfe talk.lua --jobs 2 --json | head -1; echo "\${PIPESTATUS[0]}"`;
  const { out, err } = await home.bash(line);
  const [first, status, ...rest] = out.split('\n');
  expect(first).toContain('"kind":"run-started"');
  expect({ status, rest, err }).toEqual({ status: '141', rest: [''], err: '' });
  expect(readdirSync(temp)).toEqual([]);
});
