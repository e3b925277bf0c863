// The places where attacks work: interpreters with nothing in their way.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { findProgram } from '../../../runners/process/program.ts';

const run = promisify(execFile);

/** A `node:vm` context with the host's own objects in it, as careless embedders make one. What it patches dies with its thread. */
const CARELESS = `
const { parentPort, workerData } = require('node:worker_threads');
const { createContext, constants, runInContext } = require('node:vm');
const { codes, inputs } = workerData;
const missing = (name) => { throw new Error('There is no module ' + name) };
const { console, setTimeout, queueMicrotask, URL, TextEncoder, TextDecoder, structuredClone, crypto, atob } = globalThis;
const globals = { console, setTimeout, queueMicrotask, URL, TextEncoder, TextDecoder, structuredClone, crypto, atob };
const context = createContext({ ...globals, require: missing, inputs, process: { env: {} } });
const options = { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER, timeout: 2000 };
(async () => {
  let shown = '';
  for (const code of codes) {
    try {
      context.returned = await runInContext(code + '\\n;run(inputs)', context, options);
      shown = String(runInContext('JSON.stringify(returned)', context));
    } catch (error) {
      shown = String(error);
    }
  }
  parentPort.postMessage(shown);
})();`;

/** Runs the codes one after another in one context and gives the JSON of what the last one's `run` returned, made in there. */
export async function inVm(codes: readonly string[], inputs: unknown = { given: { list: [1] } }): Promise<string> {
  const worker = new Worker(CARELESS, { eval: true, workerData: { codes, inputs }, stdout: true, stderr: true });
  const shown = await new Promise<string>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await worker.terminate();
  return shown;
}

/** Runs code as a module of Node's own and gives what its `run` returned. */
export async function inNode(code: string, ...flags: string[]): Promise<string> {
  const program = `import { createRequire } from 'node:module'; globalThis.require ??= createRequire('/');
    const { run } = await import('data:text/javascript,' + encodeURIComponent(${JSON.stringify(code)}));
    console.log(JSON.stringify(await run({})) ?? ''); process.exit(0)`;
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    timeout: 10_000,
  });
  return stdout;
}

/** Runs the codes one after another in one state of the machine's own Lua, with every library. */
export async function inLua(...codes: string[]): Promise<string> {
  const lua = findProgram(['lua5.4', 'lua'], process.env['PATH']);
  if (lua === undefined) throw new Error('Install Lua 5.4: the controls of the attacks on Lua run on it');
  const program = `inputs = {}\n${codes.map((code) => `${code}\nresult = run(inputs)`).join('\n')}`;
  const { stdout } = await run(
    lua,
    ['-e', `${program}\nio.write(type(result) == "table" and table.concat(result, " ") or tostring(result))`],
    {
      timeout: 10_000,
    },
  );
  return stdout;
}

/** Whether the code still runs in a bare thread after `ms` milliseconds. */
export async function stillRuns(code: string, ms: number = 300): Promise<boolean> {
  const worker = new Worker(code, { eval: true, stdout: true, stderr: true });
  const ended = new Promise<boolean>((resolve) =>
    worker.once('exit', () => resolve(false)).once('error', () => resolve(false)),
  );
  const running = await Promise.race([ended, new Promise<boolean>((resolve) => setTimeout(resolve, ms, true))]);
  await worker.terminate();
  return running;
}
