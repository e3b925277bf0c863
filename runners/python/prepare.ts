/** Makes the compiled standard library that embedded Python boots from; run by the build, and quick when it is there. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { preparedLibraryPath } from './library.ts';
import { loadPyodide } from './pyodide.ts';

/** Sources stay, for tracebacks; next to each goes its bytecode, which is valid whatever the source's time. */
const COMPILE = `
import importlib._bootstrap_external as external, importlib.util, zipfile
with zipfile.ZipFile('/source.zip') as source, zipfile.ZipFile('/library.zip', 'w', zipfile.ZIP_DEFLATED) as library:
    def put(name, data):
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        library.writestr(entry, data)
    for name in sorted(source.namelist()):
        text = source.read(name)
        put(name, text)
        if not name.endswith('.py'): continue
        try:
            code = compile(text, '/lib/python314.zip/' + name, 'exec', dont_inherit=True)
        except SyntaxError:
            continue
        put(name + 'c', external._code_to_hash_pyc(code, importlib.util.source_hash(text), False))
`;

/** Path of the library, and whether it was made now. */
export async function prepareLibrary(): Promise<{ readonly path: string; readonly made: boolean }> {
  const path = preparedLibraryPath();
  if (existsSync(path)) return { path, made: false };
  const original = createRequire(import.meta.url).resolve('pyodide/python_stdlib.zip');
  const silent = (): void => undefined;
  const { python } = await loadPyodide({ stdin: () => null, stdout: silent, stderr: silent, env: {} });
  python.FS.writeFile('/source.zip', readFileSync(original));
  python.runPython(COMPILE);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, python.FS.readFile('/library.zip'));
  renameSync(temporary, path);
  return { path, made: true };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await prepareLibrary();
