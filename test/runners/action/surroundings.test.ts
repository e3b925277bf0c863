// Actions under what any step may have: items, turns, isolation, the cache, a configuration that rules them out.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/defaults.ts';
import { createEngine } from '../../../src/engine.ts';
import { openStore } from '../../../src/store/open.ts';
import { close, listen } from '../../security/support/granted-server.ts';
import { rig } from './rig.ts';

const it = rig();
let server: Server;
let base = '';
let net = '';
let urls: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    urls.push(request.url!);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ turn: urls.length }));
  });
  const port = await listen(server, '127.0.0.1');
  base = `http://127.0.0.1:${port}`;
  net = `127.0.0.1:${port}`;
});
beforeEach(() => {
  urls = [];
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await close(server);
});

test('one is done for each item', async () => {
  const { output } = await it.step({
    foreach: ['a', 'b/c'],
    http: { url: `${base}/{{ item }}?n={{ index }}` },
    permissions: { net },
  });
  expect(urls.toSorted()).toEqual(['/a?n=0', '/b%2Fc?n=1']);
  expect((output as { status: number }[]).map(({ status }) => status)).toEqual([200, 200]);
});

test('one is done again until something is so', async () => {
  const { output } = await it.step({
    loop: { until: 'output.body.turn >= 3', max: 5 },
    http: { url: `${base}/poll/{{ index }}` },
    permissions: { net },
  });
  expect(output).toMatchObject({ body: { turn: 3 } });
  expect(urls).toEqual(['/poll/0', '/poll/1', '/poll/2']);
});

test('a request ends at once with its run', async () => {
  let isGone: Promise<unknown> | undefined;
  const silent = createServer((request) => {
    isGone = new Promise((done) => request.socket.on('close', done));
    run.stop();
  });
  const port = await listen(silent, '127.0.0.1');
  const plan = await it.engine.define({
    steps: { s: { http: { url: `http://127.0.0.1:${port}/` }, permissions: { net: `127.0.0.1:${port}` } } },
  });
  if (!plan.ok) throw new Error('no plan');
  const run = it.engine.start(plan.value);
  const before = Date.now();
  expect((await run.finished).status).toBe('cancelled');
  await isGone;
  expect(Date.now() - before).toBeLessThan(5000);
  await close(silent);
});

describe('in a process of its own', () => {
  const isolation = 'process' as const;
  test('every library that an action loads is there', async () => {
    const permissions = { read: 'd/', write: 'd/', net };
    const run = await it.run({
      steps: {
        toml: { isolation, permissions, file: { write: 'd/a.toml', content: { a: 1 } } },
        toml_again: { isolation, permissions, depends_on: 'toml', file: { read: 'd/a.toml' } },
        pick: { isolation, transform: { pick: '$.a', from: { a: [1] } } },
        http: { isolation, permissions, http: { url: `${base}/x`, timeout: '5s' } },
        no: { isolation, assert: { that: '1 > 2', message: 'no' } },
        refused: { isolation, http: { url: `${base}/y`, retries: 0 } },
      },
    });
    const failures = [...run].flatMap(([name, { failure }]) => (failure === undefined ? [] : [[name, failure.reason]]));
    expect(failures).toEqual([
      ['no', 'asserted'],
      ['refused', 'not-granted'],
    ]);
    expect(run.get('toml_again')!.output).toEqual({ a: 1 });
    expect(run.get('http')!.output).toMatchObject({ status: 200 });
  });

  test('a request that gives no answer ends in time', async () => {
    const silent = createServer(() => undefined);
    const port = await listen(silent, '127.0.0.1');
    const { failure } = await it.step({
      isolation,
      http: { url: `http://127.0.0.1:${port}/`, timeout: '100ms', retries: 0 },
      permissions: { net: `127.0.0.1:${port}` },
    });
    await close(silent);
    expect(failure).toMatchObject({ message: `"http://127.0.0.1:${port}/" gave no answer within 0.1 s` });
  });
});

test('a request is cached only where its step asks for it and says that it reads nothing else', async () => {
  const state = `${it.directory}/.hwfe`;
  const engine = createEngine({ cwd: it.directory, env: {}, store: openStore({ directory: state }) });
  const step = { http: { url: `${base}/c` }, permissions: { net } };
  try {
    for (const more of [{}, { cache: true }, { cache: true, reads: [] }]) {
      urls = [];
      for (let i = 0; i < 2; i++) {
        const plan = await engine.define({ name: 'c', steps: { s: { ...step, ...more } } });
        if (!plan.ok) throw new Error('no plan');
        await engine.start(plan.value).finished;
      }
      expect([more, urls.length]).toEqual([more, 'reads' in more ? 1 : 2]);
    }
  } finally {
    await engine[Symbol.asyncDispose]();
  }
});

test('the configuration may rule them out', async () => {
  const config = defaultConfig({});
  const strict = rig({ config: { ...config, runners: { ...config.runners, action: { enabled: false } } } });
  try {
    await expect(strict.step({ assert: 'true' })).rejects.toThrow(
      'Step "step" does an action, which are switched off; set "runners.action.enabled" to true in the configuration',
    );
  } finally {
    await strict[Symbol.asyncDispose]();
  }
});
