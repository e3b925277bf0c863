// Processes that the spawner starts by the C library, beside the same ones started by Node.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectToSpawner } from '../../../runners/process/client.ts';
import type { ProcessClient, ProcessEnding } from '../../../runners/process/client.ts';
import { allProcesses } from '../../../runners/process/table.ts';
import { ProcessRig } from './rig.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'hwfe-posix-')));
afterAll(() => rmSync(home, { recursive: true }));

const shell = (code: string): readonly string[] => ['/bin/sh', '-c', code];

interface Ran {
  readonly ending: ProcessEnding;
  readonly stdout: string;
  readonly stderr: string;
}

/** By the C library after some starts, by Node before: few processes are not worth what loading the library takes. */
describe.each([
  ['the C library', true],
  ['Node', false],
])('a process started by %s', (_, isQuick) => {
  let rig: ProcessRig;
  let client: ProcessClient;
  let socket = '';
  beforeEach(async () => {
    rig = new ProcessRig();
    socket = await rig.socket();
    client = await connectToSpawner(socket);
    if (isQuick) for (let i = 0; i < 9; i++) await run(shell(':'));
  });
  afterEach(() => rig.close());

  async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const said = { stdout: '', stderr: '' };
    const never = new AbortController().signal;
    const ending = await client.run(
      { argv, cwd: home, env },
      (stream, chunk) => (said[stream] += String(chunk)),
      never,
    );
    return { ending, ...said };
  }

  it('has its directory, arguments, variables and both streams', async () => {
    const code = 'pwd; echo "$0" "$1"; echo "${HWFE_PROCESS%.*} $A"; echo said >&2; exit 3';
    const marker = dirname(socket).slice(dirname(socket).lastIndexOf('hwfe-'));
    const ran = await run([...shell(code), 'name', 'ä "b"\n'], { A: 'ö=1' });
    expect(ran).toMatchObject({ ending: { kind: 'exited', status: 3 }, stderr: 'said\n' });
    expect(ran.stdout).toBe(`${home}\nname ä "b"\n\n${marker}.0 ö=1\n`);
  });

  it('has an empty input, no other open files, no ignored or blocked signal, and a session of its own', async () => {
    // Whoever runs the tests may have files open which every process inherits.
    const inherited = spawnSync('/bin/ls', ['/proc/self/fd'], { stdio: ['ignore', 'pipe', 'pipe'] }).stdout;
    const code = `cat; readlink /proc/self/fd/0; ls /proc/self/fd
      grep -E '^Sig(Blk|Ign)' /proc/self/status; set -- $(cat /proc/$$/stat); [ "$6" = $$ ] && [ "$5" = $$ ] && echo leads`;
    const { stdout } = await run(shell(code), { PATH: '/usr/bin:/bin' });
    const none = '0'.repeat(16);
    // glibc leaves the two that its threads use among themselves ignored, as it does for all whom it starts.
    expect(stdout.replace('0000000180000000', none)).toBe(
      `/dev/null\n${String(inherited)}SigBlk:\t${none}\nSigIgn:\t${none}\nleads\n`,
    );
  });

  it.each(['TERM', 'ABRT', 'IO'])('tells the signal that ended it: %s', async (name) => {
    expect((await run(shell(`kill -${name} $$`))).ending).toMatchObject({ kind: 'killed', signal: `SIG${name}` });
  });

  it.each([
    ['there is no such program', ['/no/such/program'], {}, 'ENOENT'],
    ['it is no program', [home], {}, 'EACCES'],
    ['a variable is too long', shell(':'), { LONG: 'x'.repeat(200_000) }, 'E2BIG'],
    ['an argument has a zero byte', shell('a\0b'), {}, 'ERR_INVALID_ARG_VALUE'],
    ['a name is not in its own PATH', ['sh', '-c', ':'], { PATH: home }, 'ENOENT'],
  ])('never starts where %s, and says so', async (_why, argv, env, code) => {
    expect((await run(argv, env)).ending).toEqual({ kind: 'failed', code });
  });

  it('tells the CPU time of a process and of those that it waited for', async () => {
    const busy = 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done';
    const { ending } = await run(shell(`(${busy}); ${busy}`));
    const cpuMs = ending.kind === 'exited' ? ending.spent?.cpuMs : undefined;
    expect(cpuMs).toBeGreaterThanOrEqual(20);
    // The C library tells microseconds, `/proc` hundredths of a second.
    expect(cpuMs! % 10 !== 0).toBe(isQuick);
  });

  it('is told none of the CPU time of those before it', async () => {
    await run(shell('i=0; while [ $i -lt 80000 ]; do i=$((i+1)); done'));
    const { ending } = await run(shell(':'));
    expect(ending.kind === 'exited' ? ending.spent?.cpuMs : undefined).toBeLessThan(30);
  });

  it('takes whom it left behind along, in its group or not', async () => {
    await run(shell('sleep 217 & setsid sleep 218 & sleep 0.05'), { PATH: '/usr/bin:/bin' });
    const sleeping = allProcesses().filter(({ pid }) => /^sleep\0(217|218)\0/.test(commandLine(pid)));
    expect(sleeping).toEqual([]);
  });

  it('may be one of many, and the end of each is heard', async () => {
    const all = Array.from({ length: 70 }, (_, i) =>
      run(shell(`sleep 0.3; echo ${i}; exit ${i}`), { PATH: '/usr/bin:/bin' }),
    );
    const ran = (await Promise.all(all)).map(({ ending, stdout }) => [
      ending.kind === 'exited' && ending.status,
      stdout,
    ]);
    expect(ran).toEqual(Array.from({ length: 70 }, (_, i) => [i, `${i}\n`]));
  });

  it('is started that way by the spawner', () => {
    const spawner = allProcesses().find(
      ({ pid, parent }) => parent === process.pid && /spawner/.test(commandLine(pid)),
    );
    expect(readFileSync(`/proc/${spawner!.pid}/maps`, 'latin1').includes('ffi-rs')).toBe(isQuick);
  });
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
