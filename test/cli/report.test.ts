// A page about a run is one file, readable without scripts, in which nothing that others wrote is more than text.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const HOSTILE = `</title></style></pre></script><script>alert(1)</script><img src=x onerror='alert(1)'>"'\``;
const LUA = JSON.stringify(HOSTILE);

let home: Directory;
beforeEach(() => {
  home = directory({
    'w.lua': `local bad = ${LUA}
workflow = { name = bad, failure_mode = "continue", steps = {
  load = { cmd = "echo shown; printf '%s' \\"$BAD\\" >&2; echo '{\\"rows\\":[{\\"id\\":1,\\"big\\":9007199254740993},{\\"id\\":2,\\"half\\":5.0}]}'", env = { BAD = bad } },
  text = { language = "lua", depends_on = {"load"}, env = { BAD = bad },
    code = "-- " .. bad .. "\\nfunction run(inputs) print(os.getenv('BAD')) return { [os.getenv('BAD')] = os.getenv('BAD'), list = { { [os.getenv('BAD')] = 1 } } } end" },
  fails = { language = "lua", depends_on = {"text"}, env = { BAD = bad }, code = "function run() error(os.getenv('BAD')) end" },
  never = { language = "lua", depends_on = {"fails"}, code = "return 1" },
} }`,
  });
});
afterEach(() => home.remove());

async function page(): Promise<string> {
  const { status, out, err } = await home.hwfe('report', '-o', 'run.html');
  expect([status, out, err]).toEqual([0, expect.stringContaining('is in run.html'), '']);
  return readFileSync(join(home.path, 'run.html'), 'utf8');
}

/** Every tag with its attributes. */
function tagsOf(text: string): { name: string; attributes: string[] }[] {
  const inside = text.replace(/<style>[^]*?<\/style>/, '');
  return [...inside.matchAll(/<(\/?[a-z0-9!]+)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(([, name, given]) => ({
    name: name!.toLowerCase(),
    attributes: [...given!.matchAll(/([a-z:-]+)(?:="[^"]*")?/gi)].map(([, one]) => one!),
  }));
}

it('holds what was written by others as text, wherever it stands', async () => {
  expect((await home.hwfe('w.lua')).status).toBe(1);
  const text = await page();
  const tags = tagsOf(text);
  // Each angle bracket is part of a tag of ours.
  expect(text.replace(/<style>[^]*?<\/style>/, '').match(/</g)!.length).toBe(tags.length);
  const names = new Set(tags.map(({ name }) => name.replace('/', '')));
  for (const name of ['script', 'img', 'iframe', 'object', 'link', 'base', 'form']) expect(names).not.toContain(name);
  expect(tags.flatMap(({ attributes }) => attributes).filter((name) => /^(on|style$|src)/.test(name))).toEqual([]);
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  // Closed as they were opened.
  const open: string[] = [];
  const single = ['!doctype', 'meta', 'path', 'rect'];
  for (const { name } of tags) {
    if (single.includes(name.replace('/', ''))) continue;
    if (name.startsWith('/')) expect(open.pop()).toBe(name.slice(1));
    else open.push(name);
  }
  expect(open).toEqual([]);
});

it('lets a browser load and run nothing', async () => {
  await home.hwfe('w.lua');
  const text = await page();
  const style = /<style>([^]*?)<\/style>/.exec(text)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  expect(text).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri`);
  expect(text).not.toMatch(/(href|src)="(?!#)/);
});

it('shows the graph, the times, and of each step its code, inputs, output, lines and why', async () => {
  await home.hwfe('w.lua');
  const text = await page();
  expect(text).toContain('<svg class="graph"');
  expect(text).toMatch(/The critical path \(&#9670;\) takes/);
  expect(text).toMatch(/sequential \(this run\).*work-stealing/s);
  expect(text).toContain('<tr><th scope="col">big</th><th scope="col">id</th><th scope="col">half</th></tr>');
  expect(text).toContain('<code class="number">9007199254740993</code>');
  expect(text).toContain('<code class="number">5.0</code>');
  expect(text).toContain('<pre>shown\n');
  expect(text).toContain('echo shown; printf');
  expect(text).toMatch(/<details id="s2" open>/);
  expect(text).toContain('it needs &quot;fails&quot;');
  expect(text).toMatch(/load ran in \S+; no earlier run of the workflow has done it/);
  // The bundle is read as Latin-1, which must not show.
  expect(text).not.toContain('\u00e2');
});

it('is for 1 step and for 500, and goes to standard output where no file is named', async () => {
  home.write('one.lua', 'workflow = { steps = { only = { code = "return 1" } } }');
  home.write(
    'many.lua',
    'local s = {} for i = 1, 500 do s["s" .. i] = { code = "return 1", depends_on = i > 9 and { "s" .. i - 9 } or nil } end workflow = { steps = s }',
  );
  await home.hwfe('one.lua', '-q');
  expect((await page()).match(/<details id=/g)).toHaveLength(1);
  await home.hwfe('many.lua', '-q');
  const { out } = await home.hwfe('report');
  expect(out.match(/<details id=/g)).toHaveLength(500);
  expect((await home.hwfe('report', 'latest', '-o', 'no/such/run.html')).err).toContain('cannot be written');
});

it('shows the fields of a step without code', async () => {
  home.write(
    'a.lua',
    `workflow = { steps = {
    a = { transform = "[1, 2]" },
    b = { assert = { that = "size(steps.a.output) == 2", message = "<b>{{ steps.a.output }}</b>" } },
  } }`,
  );
  expect((await home.hwfe('a.lua')).status).toBe(0);
  const text = await page();
  expect(text).toContain('that = {{ size(steps.a.output) == 2 }}');
  expect(text).toContain('message = &quot;&lt;b&gt;{{ steps.a.output }}&lt;/b&gt;&quot;');
});

it('opens groups, races and other workflows in the graph, and tells when what is inside of them ran', async () => {
  home.write('sub.lua', 'workflow = { steps = { a = { code = "return 2" } } }');
  home.write(
    'n.lua',
    `workflow = { steps = {
    group = { parallel = { one = { code = "return 1" }, two = { depends_on = "one", code = "return 2" } } },
    quick = { race = { steps = { fast = { code = "return 1" }, slow = { wait = "1h" } } }, depends_on = "group" },
    sub = { workflow = "sub.lua" },
    each = { foreach = "2", parallel = { sq = { inputs = { x = "{{ item }}" }, code = "if inputs.x == 1 then error('no') end return 1" } } },
  } }`,
  );
  expect((await home.hwfe('n.lua', '-q', '--mode', 'parallel', '--failure-mode', 'continue')).status).toBe(1);
  const text = await page();
  const [, graph = ''] = /<svg class="graph"([^]*?)<\/svg>/.exec(text)!;
  const drawn = [...graph.matchAll(/<a href="#s(\d+)">.*?<title>(.*?): (\w+)<\/title>/g)].map(([, at, name, looks]) => {
    // It leads to the step of that name, or of the first item.
    expect(text).toMatch(new RegExp(`<details id="s${at}".*?<b>${name!.replace('each/', 'each\\[0\\]/')}</b>`));
    return `${name} ${looks}`;
  });
  expect(drawn.sort()).toEqual(
    [
      'each failed',
      'each/sq failed',
      'group succeeded',
      'group/one succeeded',
      'group/two succeeded',
      'quick succeeded',
      'quick/fast succeeded',
      'quick/slow cancelled',
      'sub succeeded',
      'sub/a succeeded',
    ].sort(),
  );
  expect(graph.match(/class="node open/g)).toHaveLength(4);
  expect(graph).toContain('>race</text>');
  expect(graph).toContain('>group, items</text>');
  const [, times = ''] = /<table class="times">([^]*?)<\/table>/.exec(text)!;
  const names = [...times.matchAll(/<td class="name"><a[^>]*>([^<]*)/g)].map(([, name]) => name!);
  expect(names).toContain('each[1]/sq');
  const below = names.slice(names.indexOf('quick') + 1, names.indexOf('quick') + 3);
  expect(below.sort()).toEqual(['quick/fast', 'quick/slow']);
});
