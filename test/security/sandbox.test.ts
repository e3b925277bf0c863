// A shell or native step in a sandbox of the system: what its program may do is refused by the kernel, and works without the sandbox.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBubblewrap } from '../../runners/process/bubblewrap.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { runningWith } from '../support/processes.ts';
import type { Aims } from './support/canaries.ts';
import { Target } from './support/target.ts';

const bubblewrap = await findBubblewrap(process.env['PATH']);
if (!bubblewrap.ok) console.warn(`The sandbox is not tested here. ${bubblewrap.message}`);
const sandboxTest = test.skipIf(!bubblewrap.ok);

let target: Target;
/** A directory of the host that is neither the working directory nor one of the system. */
let elsewhere: string;
beforeAll(async () => {
  target = await Target.open();
  elsewhere = mkdtempSync(join(homedir(), '.hwfe-elsewhere-'));
  writeFileSync(join(elsewhere, 'private'), 'a-private-file');
});
afterAll(async () => {
  rmSync(elsewhere, { recursive: true });
  await target.close();
});

const os = (cmd: string, more: StepDefinition = {}): StepDefinition => ({ cmd, isolation: 'os', ...more });

/** Each prints \`done\` where it succeeds. */
const ATTACKS: readonly (readonly [string, (aims: Aims) => string])[] = [
  ['reads a private file', () => `grep -q private ${elsewhere}/private && echo done`],
  ['lists the home directory', () => `ls -A ${homedir()} | grep -q hwfe-elsewhere && echo done`],
  ['writes into the working directory', (a) => `echo x > ${a.created} && echo done`],
  ['changes a file of the working directory', (a) => `echo x >> ${a.file} && echo done`],
  ['takes a file of the working directory away', (a) => `rm ${a.file} && echo done`],
  ['links a file of the working directory', (a) => `ln -s ${a.file} ${a.created} && echo done`],
  ['writes beside the programs', () => `n=/usr/local/hwfe-$$; touch $n && rm $n && echo done`],
  ['writes a file into the root', () => `n=${elsewhere}/made; touch $n && rm $n && echo done`],
  ['connects to a server of the host', (a) => `exec 3<> /dev/tcp/127.0.0.1/${a.port} && echo done`],
  ['sees the interfaces of the host', () => `[ "$(grep -c : /proc/net/dev)" -gt 1 ] && echo done`],
  ['sees a process of the host', () => `tr '\\0' ' ' < /proc/${process.pid}/cmdline | grep -q node && echo done`],
  ['finds processes of the host', () => `ls /proc | grep -qx ${process.pid} && echo done`],
  ['signals a process of the host', () => `kill -0 ${process.pid} && echo done`],
  ["reads the engine's environment", () => `[ -r /proc/${process.pid}/environ ] && echo done`],
  [
    'leaves a file in the /tmp of the host',
    (a) => `touch /tmp/${a.marker} && [ -e ${join(tmpdir(), 'hwfe-witness')} ] && echo done`,
  ],
  [
    "finds the spawner's socket",
    () => `ls /tmp/hwfe-*/spawner "$TMPDIR"/hwfe-*/spawner 2> /dev/null | grep -q spawner && echo done`,
  ],
  [
    'finds the files of the steps before it',
    () => `[ "$(ls -d "$(dirname "$HWFE_OUTPUT")"/../* | wc -l)" -gt 1 ] && echo done`,
  ],
  [
    'remounts what is read-only',
    () => `mount -o remount,rw /usr && echo done; unshare -m mount -o remount,rw /usr && echo done`,
  ],
  ['makes a user namespace', () => `unshare -U true && echo done`],
  ['becomes somebody with rights', () => `grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && echo done`],
  ['gains rights', () => `grep -q '^NoNewPrivs:.*0' /proc/self/status && echo done`],
  ['reads a disk', () => `ls /dev | grep -Eq '^(sd|vd|nvme|loop|mem|kmsg)' && echo done`],
  ['reads passwords', () => `[ -r /etc/shadow ] && echo done`],
  ['reads the configuration of the host', () => `[ -r /etc/fstab ] || [ -r /etc/hostname ] && echo done`],
  ['looks into /run', () => `[ -d /run ] || [ -d /var ] && echo done`],
  ['looks into the kernel', () => `[ -d /sys/kernel ] && echo done`],
];

/** What works for nobody here, be it for root: no machine has all of it. */
const PROOFLESS = new Set([
  'remounts what is read-only',
  'makes a user namespace',
  'reads a disk',
  'gains rights',
  'finds the files of the steps before it',
  'becomes somebody with rights',
  'reads passwords',
]);

describe('a shell step', () => {
  sandboxTest.each(ATTACKS)('in a sandbox that %s gets nowhere', { tags: 'attack' }, async (_, code) => {
    const { canaries } = target;
    const attempt = await target.run({ step: os(`set +e; { ${code(canaries.aims)}; } 2> /dev/null; echo ended`) });
    expect(attempt.output ?? attempt.shown).toBe('{"exit_code":0,"stderr":"","stdout":"ended"}');
    expect(canaries.breaches(attempt.shown)).toEqual([]);
  });

  test.each(ATTACKS.filter(([name]) => !PROOFLESS.has(name)))(
    'without one that %s gets there',
    { tags: 'control' },
    async (_, code) => {
      const witness = join(tmpdir(), 'hwfe-witness');
      writeFileSync(witness, '');
      const { aims } = target.canaries;
      const attempt = await target.run({
        step: { cmd: `set +e; { ${code(aims)}; } 2> /dev/null; rm -f /tmp/${aims.marker}; echo ended` },
      });
      target.canaries.reset();
      rmSync(witness);
      expect(attempt.output ?? attempt.shown).toContain('done');
    },
  );

  sandboxTest('finds the working directory, its programs, its inputs, and writes where it may', async () => {
    const cmd = `cat ${target.canaries.aims.file} > "$HWFE_WORKDIR/copy"
      [ "$(wc -c < "$HWFE_WORKDIR/copy")" -gt 0 ]; echo x > /tmp/x; echo y > "$TMPDIR/y"; echo z > ~/z; echo e > /dev/stderr
      cat <(echo 1) > /dev/null; [ "$(ls /tmp/x /tmp/y /tmp/z | wc -l)" = 3 ]
      printf '["%s","%s"]' "$(parse_input given)" "$(wc -c < "$INPUT_GIVEN_FILE" | tr -d ' ')" > "$HWFE_OUTPUT"`;
    const given: StepDefinition = { language: 'javascript', code: 'function run() { return 42 }' };
    const attempt = await target.run({ given, step: os(cmd, { depends_on: 'given' }) });
    target.canaries.reset();
    expect(attempt.output ?? attempt.shown).toBe('["42","2"]');
  });

  sandboxTest(
    'shares /tmp and HWFE_WORKDIR with the others of its run that are in one, and with no other run',
    async () => {
      const write = 'mkdir /tmp/shared; echo 1 > /tmp/shared/a; echo 2 > "$HWFE_WORKDIR/b"';
      const read = 'cat /tmp/shared/a "$HWFE_WORKDIR/b" 2> /dev/null | tr -d "\\n"';
      const same = await target.run({ write: os(write), step: os(read, { depends_on: 'write' }) });
      expect(same.output).toContain('"stdout":"12"');
      const other = await target.run({ step: os(`set +e; ${read}; true`) });
      expect(other.output).toContain('"stdout":""');
    },
  );

  sandboxTest('is led nowhere by links that another step of the run put into /tmp', async () => {
    const first = `/tmp/${target.canaries.directory.split('/')[2]!}`;
    const plant = `set +e; rm -rf ${first} 2> /dev/null; mv ${first} /tmp/moved 2> /dev/null; ln -s ${elsewhere} ${first} 2> /dev/null; true`;
    const attempt = await target.run({
      plant: os(plant),
      step: os(`test -e ${elsewhere}/private || echo absent`, { depends_on: 'plant' }),
    });
    expect(attempt.shown).toContain('absent');
    expect(readdirSync(elsewhere)).toEqual(['private']);
  });

  sandboxTest('is told to end before it is ended', async () => {
    const cmd = `[ "$HWFE_ATTEMPT" = 1 ] || exit 0; trap 'echo told > "$HWFE_WORKDIR/told"; exit 3' TERM; sleep 60 & wait`;
    const attempt = await target.run({
      a: os(cmd, { timeout: '500ms', retries: 1 }),
      step: os('cat "$HWFE_WORKDIR/told"', { depends_on: 'a' }),
    });
    expect(attempt.output ?? attempt.shown).toContain('"stdout":"told"');
  });

  sandboxTest.each([
    ['in the background', (m: string) => `(exec -a ${m} sleep 60) & echo '{"a":1}'`],
    [
      'in a session of its own, without its environment',
      (m: string) => `setsid env -i bash -c 'exec -a ${m} sleep 60' & echo '{"a":1}'`,
    ],
  ] as const)('leaves no process behind %s', async (_, code) => {
    const { marker } = target.canaries.aims;
    const attempt = await target.run({ step: os(code(marker)) });
    expect(attempt.output ?? attempt.shown).toBe('{"a":1}');
    expect(runningWith(marker).filter((line) => !line.includes('bwrap'))).toEqual([]);
  });

  sandboxTest.each([
    ['of files', 'head -c 2000000 /dev/zero > /tmp/big', { files: '1MB' }],
    ['of memory', 'x=$(head -c 300000000 /dev/zero | tr "\\\\0" x); sleep 5', { memory: '100MB' }],
    ['of processes', 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait', { processes: 4 }],
    ['of CPU time', 'while :; do :; done', { cpu: '300ms' }],
  ] as const)('keeps the limit %s', async (_, cmd, limits) => {
    const attempt = await target.run({ step: os(cmd, { limits }) });
    expect(attempt.failure).toMatchObject({ reason: 'limit', limit: Object.keys(limits)[0] });
  });

  sandboxTest('has the processes that its limit allows', async () => {
    const cmd = 'for i in 1 2 3; do sleep 0.2 & done; wait';
    const attempt = await target.run({ step: os(cmd, { limits: { processes: 4 } }) });
    expect(attempt.failure).toBeUndefined();
  });
});

describe('a native step', () => {
  sandboxTest.each([
    [
      'python',
      `def run():\n    try:\n        open("${homedir()}/../etc/shadow").read()\n    except OSError as error:\n        return type(error).__name__`,
    ],
    [
      'javascript',
      `import { readFileSync } from 'node:fs';\nexport default () => { try { return readFileSync('/etc/shadow', 'utf8').length } catch (error) { return 'FileNotFoundError' } }`,
    ],
    ['lua', `function run() return io.open("/etc/shadow") == nil and "FileNotFoundError" end`],
  ] as const)('in %s runs in a sandbox too', async (language, code) => {
    const attempt = await target.run({ step: { language, code, runtime: 'native', isolation: 'os' } });
    expect(attempt.output ?? attempt.shown).toBe('"FileNotFoundError"');
  });
});
