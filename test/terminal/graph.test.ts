// Drawings of a plan: every step and every edge in each, and names that no format takes for its own signs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDryRun } from '../../src/terminal/dry-run.ts';
import { renderGraph } from '../../src/terminal/graph.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { graph, hostStep, planOf, step, workflowOf } from '../support/graph.ts';

const PLAN = planOf(
  workflowOf(
    [
      step('load', [], { language: 'shell', timeoutMs: 30_000 }),
      step('clean', ['load'], { language: 'python', retry: { retries: 2, delayMs: 500 } }),
      step('score', ['load'], {
        retry: {
          retries: 1,
          delayMs: 0,
          backoff: { kind: 'exponential', baseMs: 100, factor: 2, maxMs: 5000, jitter: 0 },
        },
      }),
      step('report', ['clean', 'score'], { language: 'javascript', runtime: 'native' }),
    ],
    { name: 'a "quoted" <name>' },
  ),
);

const show = (lines: readonly string[]): string => `\n${lines.join('\n')}\n`;

describe('a graph', () => {
  it('in letters shows levels and what each step waits for', () => {
    expect(show(renderGraph(PLAN, 'ascii'))).toMatchInlineSnapshot(`
      "
      a "quoted" <name>: 4 steps in 3 levels

      1  load    shell       [timeout 30.0s]
         |
         v
      2  clean   python      <- load  [2 retries after 500ms each]
         score   lua         <- load  [1 retry after 100ms x 2 each time, at most 5.0s]
         |
         v
      3  report  javascript  <- clean, score
      "
    `);
  });

  it('in letters uses nothing but ASCII', () => {
    expect(renderGraph(PLAN, 'ascii').join('\n')).toMatch(/^[\n -~]*$/);
  });

  it('for Mermaid', () => {
    expect(show(renderGraph(PLAN, 'mermaid'))).toMatchInlineSnapshot(`
      "
      flowchart TD
        s0["load<br/>shell<br/>timeout 30.0s"]
        s1["clean<br/>python<br/>2 retries after 500ms each"]
        s2["score<br/>lua<br/>1 retry after 100ms x 2 each time, at most 5.0s"]
        s3["report<br/>javascript"]
        s0 --> s1
        s0 --> s2
        s1 --> s3
        s2 --> s3
      "
    `);
  });

  it('for Graphviz', () => {
    expect(show(renderGraph(PLAN, 'dot'))).toMatchInlineSnapshot(`
      "
      digraph "a \\"quoted\\" <name>" {
        node [shape=box];
        "load" [label="load\\nshell\\ntimeout 30.0s"];
        "clean" [label="clean\\npython\\n2 retries after 500ms each"];
        "score" [label="score\\nlua\\n1 retry after 100ms x 2 each time, at most 5.0s"];
        "report" [label="report\\njavascript"];
        { rank=same; "load"; }
        { rank=same; "clean"; "score"; }
        { rank=same; "report"; }
        "load" -> "clean";
        "load" -> "score";
        "clean" -> "report";
        "score" -> "report";
      }
      "
    `);
  });

  it('as JSON', () => {
    expect(JSON.parse(renderGraph(PLAN, 'json').join('\n'))).toEqual({
      workflow: 'a "quoted" <name>',
      levels: [['load'], ['clean', 'score'], ['report']],
      steps: [
        { name: 'load', language: 'shell', level: 0, depends_on: [], timeout_ms: 30_000 },
        { name: 'clean', language: 'python', level: 1, depends_on: ['load'], retries: 2, retry_delay_ms: 500 },
        {
          name: 'score',
          language: 'lua',
          level: 1,
          depends_on: ['load'],
          retries: 1,
          backoff: { kind: 'exponential', base_ms: 100, factor: 2, max_ms: 5000, jitter: 0 },
        },
        { name: 'report', language: 'javascript', level: 2, depends_on: ['clean', 'score'] },
      ],
    });
  });

  it('has every edge in every format', () => {
    const edges = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 60 });
    fc.assert(
      fc.property(edges, (pairs) => {
        const chains = pairs.map(([a, b]) => (a === b ? `s${a}` : `s${Math.min(a, b)} -> s${Math.max(a, b)}`));
        const plan = planOf(graph('s0', ...chains));
        const count = plan.steps.reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
        const text = renderGraph(plan, 'ascii').join('\n');
        expect(
          (text.match(/<- .*/g) ?? [])
            .join(',')
            .split(',')
            .filter((part) => part !== ''),
        ).toHaveLength(count);
        expect(renderGraph(plan, 'mermaid').filter((line) => line.includes(' --> '))).toHaveLength(count);
        expect(renderGraph(plan, 'dot').filter((line) => line.includes(' -> '))).toHaveLength(count);
      }),
    );
  });
});

it('a dry run says what would run and how', () => {
  const run = {
    mode: 'parallel',
    cap: 4,
    failureMode: 'kill',
    timeoutMs: 90_000,
    runtimeOf: ({ runtime = 'embedded' }: { runtime?: 'embedded' | 'native' | undefined }) => runtime,
    isolationOf: ({ name }: { name: string }) => (name === 'load' ? 'os' : 'thread'),
  } as const;
  expect(show(renderDryRun(PLAN, run, createStyle(false)))).toMatchInlineSnapshot(`
    "
    a "quoted" <name> (test.lua): 4 steps, parallel, at most 4 at once, at most 1m 30s; when a step fails: kill

    Level 1
      load    shell, process; isolation os; timeout 30.0s

    Level 2
      clean   python, embedded; 2 retries after 500ms each; needs load
      score   lua, embedded; 1 retry after 100ms x 2 each time, at most 5.0s; needs load

    Level 3
      report  javascript, native; needs clean, score

    Nothing was run.
    "
  `);
});

it('what steps may do is shown, of those that could do it', () => {
  const outer = { from: 'workflow', read: ['data/'], write: [], net: ['a.org'] } as const;
  const own = { from: 'step', read: ['data/x'], write: ['out/'] } as const;
  const plan = planOf(
    workflowOf([
      step('a', [], { language: 'javascript', permissions: [outer] }),
      step('b', ['a'], { permissions: [outer, own] }),
      step('c', [], { language: 'shell', permissions: [outer] }),
      step('d', [], { runtime: 'native', permissions: [outer] }),
    ]),
  );
  expect(show(renderGraph(plan, 'ascii'))).toMatchInlineSnapshot(`
    "
    test: 4 steps in 2 levels

    1  a  javascript  (may read data/, reach a.org)
       c  shell
       d  lua
       |
       v
    2  b  lua         <- a  (may read data/ as far as data/x)
    "
  `);
  const { steps } = JSON.parse(renderGraph(plan, 'json').join('')) as { steps: { permissions?: unknown }[] };
  expect(steps).toContainEqual(expect.objectContaining({ name: 'b', permissions: [outer, own] }));
  const run = {
    mode: 'sequential',
    cap: 1,
    failureMode: 'kill',
    timeoutMs: 0,
    runtimeOf: ({ runtime = 'embedded' }: { runtime?: 'embedded' | 'native' | undefined }) => runtime,
    isolationOf: () => 'thread' as const,
    allowed: { read: ['/more'], write: ['/there'] },
  } as const;
  expect(show(renderDryRun(plan, run, createStyle(false)))).toMatchInlineSnapshot(`
    "
    test (test.lua): 4 steps, sequential; when a step fails: kill

    Level 1
      a  javascript, embedded; may read data/ /more, write /there, reach a.org
      c  shell, process
      d  lua, native

    Level 2
      b  lua, embedded; may read data/ /more as far as data/x, write /there as far as out/; needs a

    Nothing was run.
    "
  `);
});

describe('steps inside steps', () => {
  const members = workflowOf([step('a'), step('b', ['a'])], { name: 'all', maxParallelSteps: 2 });
  const racers = workflowOf([step('far')], { name: 'who' });
  const plan = planOf(
    workflowOf([
      step('before'),
      {
        ...hostStep('all', ['before'], { kind: 'group', inside: members }),
        timeoutMs: 9000,
        retry: { retries: 2, delayMs: 0 },
      },
      hostStep('who', ['all'], { kind: 'race', inside: racers, settle: 'first_done' }),
    ]),
  );

  it('stand below it in letters', () => {
    expect(show(renderGraph(plan, 'ascii'))).toMatchInlineSnapshot(`
      "
      test: 3 steps in 3 levels

      1  before  lua
         |
         v
      2  all     group  <- before  [timeout 9.0s; 2 retries; max_concurrent 2]
           a     lua
           b     lua    <- a
         |
         v
      3  who     race   <- all  [settle first_done]
           far   lua
      "
    `);
  });

  it('stand in a box for Mermaid', () => {
    expect(show(renderGraph(plan, 'mermaid'))).toMatchInlineSnapshot(`
      "
      flowchart TD
        s0["before<br/>lua"]
        subgraph s1["all<br/>group<br/>timeout 9.0s<br/>2 retries<br/>max_concurrent 2"]
          s1_0["a<br/>lua"]
          s1_1["b<br/>lua"]
          s1_0 --> s1_1
        end
        subgraph s2["who<br/>race<br/>settle first_done"]
          s2_0["far<br/>lua"]
        end
        s0 --> s1
        s1 --> s2
      "
    `);
  });

  it('stand in a box for Graphviz, whose edges end at it', () => {
    expect(show(renderGraph(plan, 'dot'))).toMatchInlineSnapshot(`
      "
      digraph "test" {
        compound=true;
        node [shape=box];
        "before" [label="before\\nlua"];
        subgraph "cluster_all" {
          label="all\\ngroup\\ntimeout 9.0s\\n2 retries\\nmax_concurrent 2";
          "all/a" [label="a\\nlua"];
          "all/b" [label="b\\nlua"];
        }
        subgraph "cluster_who" {
          label="who\\nrace\\nsettle first_done";
          "who/far" [label="far\\nlua"];
        }
        { rank=same; "before"; }
        "before" -> "all/a" [lhead="cluster_all"];
        "all/a" -> "all/b";
        "all/a" -> "who/far" [ltail="cluster_all", lhead="cluster_who"];
      }
      "
    `);
  });

  it('are told with what holds for them as JSON', () => {
    const { steps } = JSON.parse(renderGraph(plan, 'json').join('\n')) as { steps: { inside?: object }[] };
    expect(steps[1]!.inside).toMatchObject({ max_concurrent: 2, levels: [['a'], ['b']] });
    expect(steps[2]!.inside).toMatchObject({ settle: 'first_done', levels: [['far']] });
  });
});
