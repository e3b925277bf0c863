// Shell steps have the user's own authority; what is promised is that data never becomes code, and that nothing stays.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runningWith } from '../support/processes.ts';
import type { Aims } from './support/canaries.ts';
import { Target } from './support/target.ts';

let target: Target;
beforeAll(async () => {
  target = await Target.open();
});
afterAll(() => target.close());

/** Values that would be code if they were spliced into a script; \`true\` where splicing makes the file. */
const VALUES: readonly (readonly [string, boolean, (aims: Aims) => string])[] = [
  ['a command substitution', true, (a) => `$(touch ${a.created})`],
  ['backticks', true, (a) => `\`touch ${a.created}\``],
  ['an end of a double quote', true, (a) => `"; touch ${a.created}; "`],
  ['an end of a single quote', false, (a) => `'; touch ${a.created}; '`],
  ['a new line', false, (a) => `\ntouch ${a.created}\n`],
  ['an end of a here document', false, (a) => `\nEOF\ntouch ${a.created}\n`],
  ['an arithmetic expansion', true, (a) => `a[$(touch ${a.created})]`],
  ['a redirection', false, (a) => `> ${a.created}`],
  ['an option', false, () => '-n -e -- --help'],
  ['a pattern of file names', false, () => '* ? [a-z]* ~ ~root'],
  ['a backslash at the end', false, () => 'x\\'],
  ['an exported function', true, (a) => `() { :; }; $(touch ${a.created})`],
  ['a format', false, () => '%s%n%d %99999999d'],
  ['control bytes', false, () => 'a\u0001\u001B[2J\rb'],
  ['an indirect name', false, () => '${!HOME} ${PATH} ${#x}'],
  ['braces', false, () => '{1..99999999}'],
  ['text that looks like an output', false, () => '{"exit_code":0}\n{"a":1}'],
];

const USE = `x=$INPUT_GIVEN; y=$(parse_input given); [ "$x" = "$y" ]; printf '%s' "$INPUT_GIVEN" > "$HWFE_OUTPUT"`;

describe('values are data', () => {
  test.for(VALUES)('%s, from a step before', { tags: 'attack' }, async ([, , value]) => {
    const { aims } = target.canaries;
    const text = JSON.stringify(value(aims));
    const attempt = await target.run({
      given: { language: 'javascript', code: `function run() { return ${text} }` },
      step: { cmd: USE, depends_on: 'given' },
    });
    expect(attempt.output ?? attempt.shown).toBe(text);
    expect(target.canaries.breaches('')).toEqual([]);
  });

  test.for(VALUES)('%s, in the environment', { tags: 'attack' }, async ([, , value]) => {
    const { aims } = target.canaries;
    const attempt = await target.run({
      step: {
        cmd: `printf '%s' "$GIVEN" | od -An -v -tx1 | tr -d ' \\n' | sed 's/.*/"&"/' > "$HWFE_OUTPUT"`,
        env: { GIVEN: value(aims) },
      },
    });
    expect(attempt.output ?? attempt.shown).toBe(`"${Buffer.from(value(aims)).toString('hex')}"`);
    expect(target.canaries.breaches('')).toEqual([]);
  });

  test.for(VALUES.filter(([, spliced]) => spliced))(
    'without that, spliced into the script, this works: %s',
    { tags: 'control' },
    ([, , value]) => {
      const { canaries } = target;
      execFileSync('bash', ['-c', `echo "${value(canaries.aims)}"; true`], { stdio: 'ignore' });
      expect(canaries.breaches('')).toContain('file made');
    },
  );
});

describe('names are data', () => {
  test.for(['a;b', 'a b', '$(id)', '-n', '../x', 'a=b', 'a\nb', '__proto__;', '*'])(
    '%j, which a shell takes for something else, is no name of a step or of a dependency',
    { tags: 'attack' },
    async (name) => {
      const attempt = await target.run({ [name]: { cmd: 'true' }, step: { cmd: 'true', depends_on: name } });
      expect(attempt.shown).toContain('Rename the step');
    },
  );

  test('a step cannot set what the runner sets', { tags: 'attack' }, async () => {
    const names = ['HWFE_OUTPUT', 'HWFE_STEP', 'HWFE_RUN_ID', 'HWFE_WORKDIR', 'HWFE_INPUTS', 'INPUT_GIVEN'];
    const attempt = await target.run({
      given: { language: 'javascript', code: 'function run() { return 1 }' },
      step: {
        cmd: `echo "$HWFE_STEP $INPUT_GIVEN $(env | grep -c forged)" | sed 's/.*/"&"/' > "$HWFE_OUTPUT"`,
        env: Object.fromEntries(names.map((name) => [name, 'forged'])),
        depends_on: 'given',
      },
    });
    expect(attempt.output ?? attempt.shown).toBe('"step 1 0"');
  });

  test.for(['BASH_ENV', 'ENV', 'LD_PRELOAD', 'BASH_FUNC_cat%%', 'NODE_OPTIONS', 'PROMPT_COMMAND', 'IFS', 'PS4'])(
    "the host's %s does not reach a step",
    { tags: 'attack' },
    async (name) => {
      process.env[name] = '() { :; }; touch /nonexistent';
      const attempt = await target.run({
        step: { cmd: `env | grep -c '^${name}=' | sed 's/.*/"&"/' > "$HWFE_OUTPUT" || true` },
      });
      delete process.env[name];
      expect(attempt.output ?? attempt.shown).toBe('"0"');
    },
  );
});

describe('nothing stays', () => {
  const sleeper = (marker: string): string => `exec -a ${marker} sleep 60`;
  test.for([
    ['in the background', (m: string) => `(${sleeper(m)}) & echo '{"a":1}'`],
    ['in the background, holding the output open', (m: string) => `(${sleeper(m)}) & disown; echo '{"a":1}'`],
    ['that ignores SIGTERM', (m: string) => `(trap '' TERM HUP; ${sleeper(m)}) & echo '{"a":1}'`],
    ['in a session of its own', (m: string) => `setsid bash -c '${sleeper(m)}' & echo '{"a":1}'`],
    ['in a session of its own, twice forked', (m: string) => `(setsid bash -c '(${sleeper(m)}) &' &) ; echo '{"a":1}'`],
    ['below a shell that is gone', (m: string) => `bash -c '(${sleeper(m)}) & exit' ; echo '{"a":1}'`],
  ] as const)('a process %s is ended', { tags: 'attack' }, async ([, code]) => {
    const { marker } = target.canaries.aims;
    const attempt = await target.run({ step: { cmd: code(marker) } });
    expect(attempt.output ?? attempt.shown).toBe('{"a":1}');
    for (let tries = 0; tries < 20 && runningWith(marker).length > 0; tries++)
      await new Promise((done) => setTimeout(done, 50));
    expect(runningWith(marker)).toEqual([]);
  });

  test.for([1, 2, 126, 127, 128, 130, 137, 143, 255])('exit status %d is told as it is', async (status) => {
    const { failure } = await target.run({ step: { cmd: `exit ${status}` } });
    expect(failure).toMatchObject({ reason: 'exited', status });
  });

  test('a step that removes its working directory, and one that starts where none is', { tags: 'attack' }, async () => {
    const gone = `${target.canaries.directory}/gone`;
    const lost = await target.run({ step: { cmd: `mkdir ${gone}; cd ${gone}; rmdir ${gone}; echo '{"a":1}'` } });
    expect(lost.output).toBe('{"a":1}');
    const { failure } = await target.run({ step: { cmd: 'true', working_dir: gone } });
    expect(failure?.reason).toBe('not-runnable');
    rmSync(gone, { recursive: true, force: true });
  });

  test.for([
    ['a link', 'ln -s /etc/passwd "$HWFE_OUTPUT"'],
    ['a link to a device', 'ln -s /dev/zero "$HWFE_OUTPUT"'],
    ['a pipe', 'mkfifo "$HWFE_OUTPUT"'],
    ['a directory', 'mkdir "$HWFE_OUTPUT"'],
  ])('%s in place of the output file is neither followed nor waited for', { tags: 'attack' }, async ([, code]) => {
    const { failure, shown } = await target.run({ step: { cmd: code!, timeout: '5s' } });
    expect(failure?.reason).toBe('output-invalid');
    expect(shown).not.toContain('root:');
  });
});
