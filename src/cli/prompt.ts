/** Runs a step whose code is a loop that reads what a person types. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Isolation, Runtime } from '../../runners/contract.ts';
import { loopFor } from '../../runners/prompt/loops.ts';
import { asLine, newPrompt, send } from '../../runners/prompt/typing.ts';
import type { Engine, RunOptions } from '../api.ts';
import type { Config } from '../config/config.ts';
import type { PastRun } from '../model/history.ts';
import { type CodeStep, isCode, type Step } from '../model/step.ts';
import { type Replay, stepToDo, withStep } from '../store/replay.ts';
import type { Console } from './console.ts';
import { wrong } from './history.ts';
import { Conversation } from './conversation.ts';
import { STATUS } from './status.ts';

export interface PromptSurroundings {
  readonly run: PastRun;
  /** Of the step in the whole run. */
  readonly name: string;
  readonly isolation: Isolation;
  readonly config: Config;
  readonly console: Console;
  /** Of the workflow. */
  readonly given: RunOptions['inputs'];
}

export async function openPrompt(
  engine: Engine,
  replay: Replay,
  { run, name, isolation, config, console, given }: PromptSurroundings,
): Promise<number> {
  const { inputs, keys, lastLines } = replay;
  const step = stepToDo(replay);
  if (!isCode(step)) return wrong(console, `Step "${name}" is done by the engine, and has no prompt`);
  const runtime = runtimeOf(step, config);
  const key = randomUUID();
  const pipe = `.typed-${key}`;
  const code = loopFor(step.language, runtime, { key, pipe });
  if (code === undefined || step.script.kind !== 'code') {
    return wrong(
      console,
      `Step "${name}" is ${step.script.kind === 'action' ? 'an action' : 'a module'}, which has no prompt`,
    );
  }
  if (runtime === 'embedded' && isolation !== 'thread') {
    return wrong(
      console,
      `Step "${name}" runs with isolation "${isolation}", into which nobody can type; see what it does with: hwfe replay ${run.id} ${name} --edit`,
    );
  }
  const own = run.options.workdir === undefined ? mkdtempSync(join(tmpdir(), 'hwfe-repl-')) : undefined;
  const workdir = own ?? resolve(run.cwd, run.options.workdir!);
  const typing = runtime === 'embedded' ? intoThread(key) : intoProcess(join(workdir, pipe));
  try {
    const conversation = new Conversation({
      console,
      key,
      language: step.language,
      isProcess: step.language === 'shell',
      code: step.script.code,
      inputs: [...inputs.keys()],
      send: typing.send,
    });
    const active = engine.start(withStep(replay, (one) => withLoop(one, code)).plan, {
      ...(given && { inputs: given }),
      resume: { id: run.id, kept: inputs, lastLines },
      cache: { off: true },
      keys,
      workdir,
      ...(run.options.allow !== undefined && { allow: run.options.allow }),
      ...(typing.prompt && { prompt: typing.prompt }),
      listener: { onEvent: (event) => conversation.onEvent(event) },
    });
    conversation.begin(name, run.id, () => active.kill());
    const record = await active.finished;
    conversation.end();
    const { failure } = record.steps.get(name) ?? {};
    if (failure === undefined || failure.reason === 'cancelled') {
      return record.status === 'cancelled' ? STATUS.cancelled : STATUS.succeeded;
    }
    const { describeFailure } = await import('../model/failure.ts');
    console.err.lines([`✗ ${name}: ${describeFailure(failure)}`]);
    return STATUS.stepFailed;
  } finally {
    typing.close();
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
  }
}

interface Typing {
  readonly prompt?: ReturnType<typeof newPrompt>;
  readonly send: (message: string) => void;
  readonly close: () => void;
}

function intoThread(key: string): Typing {
  const prompt = newPrompt(key);
  return { prompt, send: (message) => send(prompt, message), close: () => undefined };
}

function intoProcess(path: string): Typing {
  spawnSync('mkfifo', ['-m', '600', path]);
  // Opened for reading too, so that nobody waits for the step, nor writes to one that has ended.
  const pipe = openSync(path, 'r+');
  return {
    send: (message) => void writeSync(pipe, asLine(message)),
    close: () => {
      closeSync(pipe);
      rmSync(path, { force: true });
    },
  };
}

function runtimeOf({ language, runtime }: CodeStep, { runners }: Config): Runtime {
  if (language === 'shell') return 'native';
  const runner = runners[language];
  return runtime ?? ('runtime' in runner ? runner.runtime : 'embedded');
}

/** The step with other code, and all the time that it takes. */
function withLoop(step: Step, code: string): Step {
  if (!isCode(step)) return step;
  const { timeoutMs: _timeout, deadlineMs: _deadline, loop, foreach, retryIf: _retryIf, ...rest } = step;
  const { wall: _wall, cpu: _cpu, ...limits } = step.limits;
  return {
    ...rest,
    script: { kind: 'code' as const, code, origin: { file: 'prompt', line: 1, verbatim: true } },
    // Of a loop it is the first turn, of items the first.
    ...(foreach && { foreach: { only: 0, ...foreach } }),
    ...(loop && { loop: { ...loop, until: { ...loop.until, text: 'true' }, max: 1 } }),
    retry: { retries: 0, delayMs: 0 },
    limits: { ...limits, stdout: { value: Number.MAX_SAFE_INTEGER, from: 'step' } },
  };
}
