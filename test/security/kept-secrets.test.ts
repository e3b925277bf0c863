// A secret goes to the steps that name it, and nowhere else: not to other steps, not to command lines, not into anything shown or stored.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directory, type Directory, MAIN } from '../cli/rig.ts';

const SECRET = 'hunter2/"kæpt" +47';
const env = { TOKEN: SECRET };

let dir: Directory;
beforeEach(() => {
  dir = directory();
});
afterEach(() => dir.remove());

/** Each form in which the secret must not turn up, in all that was shown or kept. */
function traces(text: string): string[] {
  const bytes = Buffer.from(SECRET);
  const forms = {
    raw: SECRET,
    json: JSON.stringify(SECRET).slice(1, -1),
    url: encodeURIComponent(SECRET),
    hex: bytes.toString('hex'),
    ...Object.fromEntries(
      [0, 1, 2].map((o) => [
        `base64+${o}`,
        Buffer.concat([Buffer.alloc(o), bytes])
          .toString('base64')
          .slice(4, 20),
      ]),
    ),
  };
  return Object.entries(forms).flatMap(([name, form]) => (text.includes(form) ? [name] : []));
}

/** Every byte that the run left in its directory, but for the workflow and the sources of secrets. */
function kept(path: string): string {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(?:flow\.lua|\.env|config\.toml|token)$/.test(entry.name))
    .map(
      (entry) =>
        readFileSync(join(entry.parentPath, entry.name), 'latin1') +
        readFileSync(join(entry.parentPath, entry.name), 'utf8'),
    )
    .join('\n');
}

const NAMED = 'secrets = "TOKEN"';
const PASSED = 'pass_env = "TOKEN"';
/** Ways of a shell step to let it out; a step that merely passes the variable shows that each way works. */
const LEAKS: readonly (readonly [string, string])[] = [
  ['prints it', 'echo "it is $TOKEN"'],
  ['prints it to the other stream', 'echo "$TOKEN" >&2'],
  ['traces its commands', 'set -x; true "$TOKEN"'],
  ['hands it on', `printf '%s' "$TOKEN" | python3 -c 'import json,sys; print(json.dumps({"t": sys.stdin.read()}))'`],
  [
    'hands it on in ASCII, by its file',
    `python3 -c 'import json,os; open(os.environ["HWFE_OUTPUT"],"w").write(json.dumps([os.environ["TOKEN"]]))'`,
  ],
  ['encodes it in base64', 'printf "%s" "$TOKEN" | base64'],
  ['encodes it in base64 behind a name', 'printf "user:%s" "$TOKEN" | base64 -w0'],
  ['encodes it in base64 behind another', 'printf "users:%s" "$TOKEN" | base64 -w0'],
  ['encodes it in hexadecimal digits', 'printf "%s" "$TOKEN" | od -An -v -tx1 | tr -d " \\n"'],
  [
    'encodes it for a URL',
    `python3 -c 'import os, urllib.parse as u; print("https://x/?t=" + u.quote(os.environ["TOKEN"], safe=""))'`,
  ],
  ['fails with it', 'echo "no access with $TOKEN" >&2; exit 3'],
  ['prints it in two parts', 'printf "%s" "${TOKEN:0:5}"; sleep 0.1; echo "${TOKEN:5}"'],
  ['prints it across the end of a piece', 'head -c 65530 /dev/zero | tr "\\0" x; echo "$TOKEN"'],
  ['prints its environment', 'env'],
];

describe('a step that names a secret and', () => {
  const flow = (code: string, how: string): string =>
    `workflow = { steps = { leak = { code = ${JSON.stringify(code).replaceAll('\\n', '\\n')}, language = "shell", ${how} } } }`;

  test.each(LEAKS)('%s shows and keeps nothing of it', { tags: 'attack' }, async (_, code) => {
    dir.write('flow.lua', flow(code, NAMED));
    for (const args of [['--json'], ['-p', '--output', 'json']]) {
      const { out, err } = await dir.start(['run', 'flow.lua', ...args], env).ended;
      expect(traces(out + err)).toEqual([]);
      expect(out + err).toContain('***');
    }
    for (const command of ['show', 'logs', 'audit']) {
      const { out, err } = await dir.hwfe(command);
      expect(traces(out + err)).toEqual([]);
    }
    expect(traces(kept(dir.path))).toEqual([]);
  });

  test.each(LEAKS)('without that %s shows it', { tags: 'control' }, async (_, code) => {
    dir.write('flow.lua', flow(code, PASSED));
    const { out, err } = await dir.start(['run', 'flow.lua', '-p', '--output', 'json'], env).ended;
    expect(traces(out + err)).not.toEqual([]);
  });

  test.each([
    ['lua', 'print(os.getenv("TOKEN")) error("no: " .. os.getenv("TOKEN"))'],
    ['javascript', 'console.log(process.env.TOKEN); throw new Error("no: " + process.env.TOKEN)'],
    ['python', 'import os\nprint(os.environ["TOKEN"])\nraise ValueError("no: " + os.environ["TOKEN"])'],
  ])(
    'is written in %s has it, and neither its error nor its lines show it',
    { tags: 'attack' },
    async (language, code) => {
      dir.write(
        'flow.lua',
        `workflow = { steps = { leak = { language = "${language}", code = ${JSON.stringify(code)}, ${NAMED} } } }`,
      );
      const { out, err, status } = await dir.start(['run', 'flow.lua', '--json'], env).ended;
      expect(status).toBe(1);
      expect(traces(out + err)).toEqual([]);
      expect(out).toContain('no: ***');
    },
  );
});

describe('a step that does not name it', () => {
  test.each([
    ['passes everything', 'pass_env = "*"', env, ''],
    ['passes its source', 'pass_env = "SOURCE"', { SOURCE: SECRET }, '[secrets.TOKEN]\nenv = "SOURCE"\n'],
  ])('and %s does not get it', { tags: 'attack' }, async (_, how, variables, config) => {
    dir.write('config.toml', config);
    dir.write(
      'flow.lua',
      `workflow = { steps = {
      named = { cmd = "test -n \\"$TOKEN\\"", ${NAMED} },
      other = { cmd = "env | grep -c hunter2 || true", ${how} } } }`,
    );
    const { out, status } = await dir.start(
      ['run', 'flow.lua', '--output', 'json'],
      variables as Record<string, string>,
    ).ended;
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ other: { stdout: '0' } });
  });

  test('gets what the one before hands on without it', { tags: 'attack' }, async () => {
    dir.write(
      'flow.lua',
      `workflow = { steps = {
      named = { language = "python", code = "import os\\ndef run(): return [os.environ['TOKEN'], 1]", ${NAMED} },
      other = { language = "javascript", code = "function run(i) { return i.named[0].length }", depends_on = "named" } } }`,
    );
    const { out, err } = await dir.start(['run', 'flow.lua', '--output', 'json'], env).ended;
    expect(JSON.parse(out)).toEqual({ other: 3 });
    expect(err).toContain('The output held the secret "TOKEN"');
  });
});

test('no command line has it while its steps run', { tags: 'attack' }, async () => {
  dir.write(
    'flow.lua',
    `workflow = { steps = {
    a = { cmd = "sleep 1", ${NAMED} },
    b = { language = "python", runtime = "native", code = "import time\\ndef run(): time.sleep(1)", ${NAMED} },
    c = { code = "local t = os.clock() while os.clock() < t + 1 do end", isolation = "process", ${NAMED} } }, mode = "work-stealing", max_parallel_steps = 3 }`,
  );
  const child = spawn(process.execPath, [MAIN, 'run', 'flow.lua'], {
    cwd: dir.path,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  let running = true;
  child.once('close', () => (running = false));
  let looked = 0;
  while (running) {
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandLine);
    expect(lines.filter((line) => line.includes('hunter2'))).toEqual([]);
    if (lines.some((line) => line.includes('sleep 1'))) looked += 1;
    await sleep(20);
  }
  expect(looked).toBeGreaterThan(3);
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

describe('a value', () => {
  const flow = `workflow = { steps = { a = { cmd = "printf '%s' \\"$TOKEN\\" | wc -c", ${NAMED} } } }`;
  test.each([
    ['a variable', '', env],
    ['a variable of another name', '[secrets]\nTOKEN = { env = "OTHER" }\n', { OTHER: SECRET }],
    ['a file', '[secrets.TOKEN]\nfile = "token"\n', {}],
    ['a command', '[secrets.TOKEN]\ncommand = "cat token"\n', {}],
  ])('comes from %s', async (_, config, variables) => {
    dir.write('flow.lua', flow);
    dir.write('config.toml', config);
    dir.write('token', `${SECRET}\n`);
    const { out } = await dir.start(['run', 'flow.lua', '--output', 'json'], variables as Record<string, string>).ended;
    expect(JSON.parse(out)).toMatchObject({ a: { stdout: String(Buffer.byteLength(SECRET)) } });
  });

  test('comes from .env', async () => {
    dir.write('flow.lua', flow);
    dir.write('.env', 'TOKEN=from-the-file\n');
    const { out } = await dir.hwfe('run', 'flow.lua', '--output', 'json');
    expect(JSON.parse(out)).toMatchObject({ a: { stdout: '13' } });
  });

  test('that is missing is told before anything runs, all at once, with exit status 3', async () => {
    dir.write('config.toml', '[secrets]\nSECOND = { file = "nowhere" }\nTHIRD = { command = "echo oops; exit 7" }\n');
    dir.write(
      'flow.lua',
      `workflow = { steps = {
      a = { cmd = "touch made", secrets = "FIRST" },
      b = { cmd = "touch made", secrets = { "SECOND", "THIRD", "FIRST" } }, c = { cmd = "touch made" } } }`,
    );
    const { err, status } = await dir.hwfe('run', 'flow.lua');
    expect(status).toBe(3);
    expect(err).toContain('Give the secret "FIRST" a value, which step "a" names: set the variable "FIRST"');
    expect(err).toContain('write it into the file "nowhere": ENOENT');
    expect(err).toContain('let the command "echo oops; exit 7" print it: it ended with status 7');
    expect(err).toContain('3 errors');
    expect(readdirSync(dir.path)).not.toContain('made');
  });
});

test('who used which secret is in the events and in the audit', async () => {
  dir.write('flow.lua', `workflow = { steps = { a = { cmd = "true", ${NAMED} }, b = { cmd = "true" } } }`);
  const { out } = await dir.start(['run', 'flow.lua', '--json'], env).ended;
  const started = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; secrets?: unknown })
    .filter(({ kind }) => kind === 'step-started');
  expect(started.map(({ secrets }) => secrets)).toEqual([['TOKEN'], undefined]);
  expect((await dir.hwfe('audit')).out).toContain('secrets TOKEN');
});
