/** Shell steps, as section 5 of the contract and its vectors promise. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Job, Runner } from '../../runners/contract.ts';
import { load } from '../../runners/shell/index.ts';
import { jobOf, ORIGIN, type StepRequest } from './contract/job.ts';
import { type Ended, ProcessRig, setupOf, shown } from './process/rig.ts';

const rig = new ProcessRig();
const temporary = mkdtempSync(join(tmpdir(), 'hwfe-test-'));
let runner: Promise<Runner> | undefined;

afterAll(async () => {
  await rig.close();
  rmSync(temporary, { recursive: true });
});

async function sh(code: string, request: Omit<StepRequest, 'code'> = {}, job: Partial<Job> = {}): Promise<Ended> {
  runner ??= load(setupOf('shell', 'native'));
  const env = { PATH: process.env['PATH'] ?? '', ...request.env };
  return rig.run(await runner, { ...jobOf('shell', 'native', { ...request, code, env }), ...job });
}

const output = async (...given: Parameters<typeof sh>): Promise<unknown> => shown((await sh(...given)).outcome);
const printed = async (...given: Parameters<typeof sh>): Promise<unknown> => {
  const { outcome } = await sh(...given);
  return outcome.ok ? JSON.parse(String(shown(outcome))).stdout : outcome.failure;
};

describe('output', () => {
  test('the first line of stdout that is a JSON object counts (vector 15)', async () => {
    expect(await output(`echo '{"a":1}'; echo '{"b":2}'; echo '[1,2]'`)).toBe('{"a":1}');
  });

  test('a step that prints nothing gives the fallback (vector 16)', async () => {
    expect(await output('true')).toBe('{"exit_code":0,"stderr":"","stdout":""}');
  });

  test('plain output gives the fallback with both streams (vector 17)', async () => {
    expect(await output('echo out; echo err >&2')).toBe('{"exit_code":0,"stderr":"err","stdout":"out"}');
  });

  test('JSON over several lines does not count (vector 18)', async () => {
    expect(await printed(String.raw`printf '{\n "a": 1\n}\n'`)).toBe('{\n "a": 1\n}');
  });

  test('a line is trimmed first, and one that does not parse is passed over', async () => {
    expect(await output(`echo '{broken}'; printf '  \\t{"b" : 5.0 }\\r\\n'`)).toBe('{"b":5.0}');
  });

  test('the file $HWFE_OUTPUT wins over what was printed', async () => {
    expect(await output(`echo '{"a":1}'; echo ' [1, 2.0] ' > "$HWFE_OUTPUT"`)).toBe('[1,2.0]');
  });

  test('a file $HWFE_OUTPUT that is not JSON fails the step', async () => {
    const failure = { reason: 'output-invalid', message: expect.stringMatching(/\$HWFE_OUTPUT.*JSON/) };
    expect(await output('echo nonsense > "$HWFE_OUTPUT"')).toMatchObject(failure);
    expect(await output(': > "$HWFE_OUTPUT"')).toMatchObject(failure);
  });

  test.each(['ln -s /etc/passwd', 'mkdir', 'mkfifo'])('%s "$HWFE_OUTPUT" is refused at once', async (make) => {
    expect(await output(`${make} "$HWFE_OUTPUT"`)).toMatchObject({ reason: 'output-invalid' });
  });

  test('bytes that are not UTF-8 are replaced with a warning', async () => {
    const { outcome } = await sh(String.raw`printf 'a\377b'`);
    expect(shown(outcome)).toBe('{"exit_code":0,"stderr":"","stdout":"a\ufffdb"}');
    expect(outcome.warnings).toEqual([expect.stringMatching(/UTF-8/)]);
  });

  test('an endless printer is neither kept nor shown past the limits', async () => {
    const { outcome, lines } = await sh('yes | head -c 100000', { outputLimit: 1000, stdoutLimit: 2000 });
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'limit', message: /100,000.*1,000/ } });
    expect(lines.length).toBe(1000);
  });
});

describe('inputs', () => {
  const k = '{"s":"a    b"}';

  test('parse_input prints them byte for byte (vector 19)', async () => {
    expect(await printed('d=$(parse_input k); echo "${#d}"', { inputs: { k } })).toBe('14');
  });

  test('parse_input knows a name in any case, with dashes and dots, and prints an empty line for another', async () => {
    const inputs = { 'a-b.c': '"x"' };
    expect(await printed('set -u; parse_input a-b.c; parse_input A_B_C; parse_input no; echo .', { inputs })).toBe(
      '"x"\n"x"\n\n.',
    );
  });

  test('INPUT_<NAME> holds the value literally (vector 20)', async () => {
    const value = String.raw`"it's $(date) \"x\""`;
    expect(await printed('printf "%s" "$INPUT_A_B"', { inputs: { 'a-b': value } })).toBe(value);
  });

  test('INPUT_<NAME>_FILE and HWFE_INPUTS hold the same', async () => {
    const inputs = { b: '[1,2]', a: k };
    const code = 'echo "-$(cat "$INPUT_A_FILE")-$(cat "$HWFE_INPUTS")"';
    expect(await printed(code, { inputs })).toBe(`-${k}-{"a":${k},"b":[1,2]}`);
    expect(await output('cat "$HWFE_INPUTS"')).toBe('{}');
  });

  test('an input over 96 KiB is only in its file, where parse_input finds it', async () => {
    const fits = JSON.stringify('x'.repeat(96 * 1024 - 2));
    const large = JSON.stringify('x'.repeat(96 * 1024 - 1));
    const code = 'echo "${INPUT_A-unset}" | head -c 5; echo; wc -c < "$INPUT_A_FILE"; parse_input a | wc -c';
    expect(await printed(code, { inputs: { a: fits } })).toBe(`"xxxx\n${fits.length}\n${fits.length + 1}`);
    expect(await printed(code, { inputs: { a: large } })).toBe(`unset\n${large.length}\n${large.length + 1}`);
  });

  test('forty inputs of 90 KiB do not exceed what the system takes', async () => {
    const inputs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`i${i}`, JSON.stringify('x'.repeat(90_000))]),
    );
    expect(await printed('cat "$INPUT_I39_FILE" | wc -c; parse_input i0 | wc -c', { inputs })).toBe('90002\n90003');
  });

  test('text of every kind arrives identical (vector 23)', async () => {
    const value = `"q\\"q\\n\\t😀\\u0000\u2028é"`;
    expect(await output('parse_input x > "$HWFE_OUTPUT"', { inputs: { x: value } })).toBe(value);
    expect(await output('echo "{\\"x\\":$INPUT_X}"', { inputs: { x: value } })).toBe(`{"x":${value}}`);
  });
});

describe('calling', () => {
  test('top-level code runs as it stands, then run', async () => {
    expect(await printed('echo top\nrun() {\n  echo in run\n}\necho before')).toBe('top\nbefore\nin run');
  });

  test('a last test that is false does not fail the step', async () => {
    expect(await printed('echo a\n[ -f /nonexistent ] && echo b')).toBe('a');
  });

  test('stdin is closed', async () => {
    expect(await printed('cat; read -r x || echo nothing')).toBe('nothing');
  });

  test('the variables of the run are set', async () => {
    const code = 'echo "$HWFE_RUN_ID $HWFE_STEP $HWFE_ATTEMPT $HWFE_WORKDIR"; pwd';
    expect(await printed(code, { step: 's.1' }, { workdir: '/w', cwd: '/usr' })).toBe('test-run s.1 1 /w\n/usr');
  });

  test('the environment is what was granted and nothing of the engine', async () => {
    const text = String(await printed('env | sort', { env: { EMPTY: '', X: 'a b' } }));
    const names = text.split('\n').map((line) => line.slice(0, line.indexOf('=')));
    const shell = ['PWD', 'SHLVL', '_', 'OLDPWD'];
    expect(names.filter((name) => !name.startsWith('HWFE_') && !shell.includes(name))).toEqual(['EMPTY', 'PATH', 'X']);
    expect(text.split('\n')).toContain('EMPTY=');
  });

  test('/dev/stderr and /dev/stdout can be opened', async () => {
    expect(await output('echo a > /dev/stderr; echo b | tee /dev/stderr; echo c > /dev/stdout')).toBe(
      '{"exit_code":0,"stderr":"a\\nb","stdout":"b\\nc"}',
    );
  });

  test('a script longer than an argument may be runs as well', async () => {
    const code = `${'# a comment\n'.repeat(12_000)}echo "$LINENO"\nrun() { echo done; }`;
    expect(await printed(code)).toBe(`${12_001 + ORIGIN.line - 1}\ndone`);
  });

  test('a NUL in the code is not runnable', async () => {
    expect(await output('echo a\0b')).toMatchObject({ reason: 'not-runnable' });
  });

  test('lines are shown while the step runs', async () => {
    const { lines } = await sh('echo one; echo two >&2; printf "h\\303"; sleep 0.05; printf "\\251\\n"; printf last');
    expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.text)).toEqual(['one', 'hé', 'last']);
    expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.text)).toEqual(['two']);
  });
});

describe('failure', () => {
  test('a command that fails ends the step with its status, the log has what came before (vector 21)', async () => {
    const { outcome, lines } = await sh('echo x; false; echo y');
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'exited', status: 1 } });
    expect(lines).toEqual([{ stream: 'stdout', text: 'x' }]);
  });

  test.each([
    ['at top level', 'echo a\n\nfalse\necho b', 42],
    ['inside run', 'run() {\n  local x=1\n  ls /nonexistent/x\n}', 42],
    ['inside a function called by run', 'f() {\n  false\n}\nrun() {\n  f\n}', 41],
    ['in a command substitution', 'x=1\ny=$(false)\necho', 41],
    ['a command that does not exist', 'echo a\nno_such_command_here x', 41],
    ['in a pipeline', 'set -o pipefail\ntrue |\n  false |\n  true\necho', 43],
  ])('the position of the failing command is told: %s', async (_, code, line) => {
    const failure = await output(code);
    expect(failure).toMatchObject({ reason: 'exited' });
    expect((failure as { position?: { line: number } }).position?.line).toSatisfy(
      (told: number) => told === line || (code.includes('pipefail') && told >= 41 && told <= line),
    );
  });

  test("messages of the shell name the workflow file's line", async () => {
    const failure = await output('echo a\nno_such_command_here x');
    expect(failure).toMatchObject({
      status: 127,
      lastLines: [expect.stringMatching(/^workflows\/contract\.lua: line 41: no_such_command_here: /)],
    });
  });

  test('code that does not parse is not runnable, at its line', async () => {
    expect(await output('echo a\nif true; then\n  fi fi (\n')).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringMatching(/syntax error/),
      position: { file: ORIGIN.file, line: 42 },
    });
  });

  test("a step's own traps work, and ours does not show", async () => {
    const code = `trap 'echo "err $LINENO"' ERR\ntrap 'echo bye' EXIT\nf() { false; }\nf || echo caught\nfalse`;
    const { outcome, lines } = await sh(code);
    expect(outcome).toMatchObject({ failure: { reason: 'exited', status: 1 } });
    expect(lines.map((line) => line.text)).toEqual(['caught', 'err 44', 'bye']);
  });

  test('exit with a status, a signal', async () => {
    expect(await output('echo oops >&2; exit 7')).toMatchObject({ reason: 'exited', status: 7, lastLines: ['oops'] });
    expect(await output('kill -SEGV $$')).toMatchObject({ reason: 'killed', signal: 'SIGSEGV' });
  });

  test('a directory that does not exist, an interpreter that does not', async () => {
    expect(await output('true', {}, { cwd: '/nonexistent' })).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringContaining('"/nonexistent"'),
    });
    expect(await output('true', {}, { interpreter: 'no-such-shell' })).toMatchObject({
      reason: 'runtime-missing',
      message: expect.stringContaining('"no-such-shell"'),
    });
  });
});

describe('interpreters', () => {
  test('bash runs the code also where sh is configured', async () => {
    expect(await printed('[[ a == a ]] && echo "$BASH_VERSION"', {}, { interpreter: 'sh' })).toMatch(/^\d/);
  });

  test('another shell is used when it is named', async () => {
    const inputs = { 'a-b': '"x"' };
    const code = 'parse_input a-b; parse_input no; run() { echo "in ${BASH_VERSION-dash}"; }';
    expect(await printed(code, { inputs }, { interpreter: 'dash' })).toBe('"x"\n\nin dash');
    expect(await output('echo a\nnosuch', {}, { interpreter: 'dash' })).toMatchObject({ position: { line: 41 } });
  });

  test('parse_input reads large inputs under dash too', async () => {
    const a = JSON.stringify('x'.repeat(200_000));
    expect(await printed('parse_input a | wc -c', { inputs: { a } }, { interpreter: 'dash' })).toBe('200003');
  });
});

test('without bash, sh runs the step, with a warning when the code needs bash', async () => {
  const bin = join(temporary, 'bin');
  mkdirSync(bin);
  symlinkSync('/bin/dash', join(bin, 'sh'));
  const env = { PATH: bin };
  const plain = await sh('if [ a = b ]; then echo; fi; f() { echo f; }; run() { f; }', { env });
  expect(JSON.parse(String(shown(plain.outcome)))).toMatchObject({ stdout: 'f' });
  expect(plain.outcome.warnings).toEqual([]);
  const bash = await sh('x=(1 2); echo "${x[1]}"', { env });
  expect(bash.outcome.warnings).toEqual([expect.stringMatching(/^Install bash: the code uses an array/)]);
});

test('a step leaves no file behind', async () => {
  await sh('echo 1 > "$HWFE_OUTPUT"; false || true', { inputs: { a: '1' } });
  await sh('false', { inputs: { a: '1' } });
  const directory = dirname(await rig.socket());
  const threads = readdirSync(directory).filter((name) => name.startsWith('thread-'));
  const left = threads.flatMap((name) => readdirSync(join(directory, name)));
  expect(left.filter((name) => !name.endsWith('no-inputs.json'))).toEqual([]);
});
