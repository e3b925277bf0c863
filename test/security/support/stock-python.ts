// Pyodide as it comes, in a thread of its own: what attacks on Python reach where nothing stops them.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { preparedLibraryPath } from '../../../runners/python/library.ts';

/** Boots when it is first asked, and again after code that ended it; answers each code with what its `run` gave. */
const PROGRAM = `
  const { parentPort, workerData } = require('node:worker_threads');
  const boot = async () => {
    const { loadPyodide } = await import(workerData.entry);
    return loadPyodide({ indexURL: workerData.indexURL, stdLibURL: workerData.library, stdin: () => null, stdout() {}, stderr() {} });
  };
  let python;
  parentPort.on('message', async (code) => {
    python ??= await boot();
    let shown;
    try {
      const namespace = python.toPy({});
      shown = String(await python.runPythonAsync(code, { globals: namespace }));
    } catch (error) {
      shown = String(error).slice(-2000);
      if (!String(error).includes('Traceback')) python = undefined;
    }
    // Some leave too little of it intact for the next.
    if (/zipimport|sys[.]modules|meta_path|exec_builtin|import_module/.test(code)) python = undefined;
    // What was started goes on without Python.
    await new Promise((done) => setTimeout(done, 100));
    const { exitCode } = process;
    process.exitCode = undefined;
    parentPort.postMessage(exitCode ? shown + ' status ' + exitCode : shown);
  });`;

const CALL = `
_result = run()
if hasattr(_result, '__await__'): _result = await _result
str(_result)
`;

export class StockPython {
  #thread: Worker | undefined;

  async run(code: string): Promise<string> {
    const indexURL = dirname(createRequire(import.meta.url).resolve('pyodide/package.json'));
    const thread = (this.#thread ??= new Worker(PROGRAM, {
      eval: true,
      workerData: { indexURL, entry: `${indexURL}/pyodide.mjs`, library: preparedLibraryPath() },
    }));
    return new Promise((resolve, reject) => {
      const exited = (): void => reject(new Error('The thread of the stock Pyodide has ended'));
      thread.once('error', reject).once('exit', exited);
      thread.once('message', (shown: string) => {
        thread.off('error', reject).off('exit', exited);
        resolve(shown);
      });
      thread.postMessage(code + CALL);
    });
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }
}
