// The manual page on the library: its programs print what it says, and its TypeScript checks; so does the README's.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const call = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'hwfe-library-'));
afterAll(() => rmSync(home, { recursive: true }));
beforeAll(() => {
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(ROOT, join(home, 'node_modules/hwfe'));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  for (const [, name, text] of PAGE.matchAll(/^`([^`\s]+)`:\n\n```\w+\n([^]*?)^```$/gm)) {
    writeFileSync(join(home, name!), text!);
  }
});

const sessions = [...PAGE.matchAll(/^```console\n\$ node (\S+)\n([^]*?)^```$/gm)].map(([, program, output]) => ({
  program: program!,
  output: output!,
}));

describe('docs/library.md', () => {
  it('runs every program that it shows', () => {
    const shown = [...PAGE.matchAll(/^`([^`\s]+\.js)`:$/gm)].map(([, name]) => name);
    expect(sessions.map(({ program }) => program)).toEqual(shown);
    expect(PAGE.match(/^```js$/gm)).toHaveLength(shown.length);
  });

  it.each(sessions)('$program prints what the page says', async ({ program, output }) => {
    const { stdout, stderr } = await call(process.execPath, [program], { cwd: home });
    expect(stdout).toBe(output);
    expect(stderr).toBe('');
  });

  it('shows TypeScript that checks', async () => {
    const examples = [...`${PAGE}\n${README}`.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text]) => text!);
    expect(examples).not.toEqual([]);
    examples.forEach((text, i) => writeFileSync(join(home, `example-${i}.ts`), text));
    const options = {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        // As @types/node brings it to a project.
        lib: ['es2023', 'esnext.disposable', 'dom'],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
      },
      include: ['*.ts'],
    };
    writeFileSync(join(home, 'tsconfig.json'), JSON.stringify(options));
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await call(process.execPath, [compiler, '-p', home], { cwd: home }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});

describe('README.md', () => {
  it('shows a program that prints what its comment says', async () => {
    const [, program = ''] = /^```ts\n([^]*?)^```$/m.exec(README)!;
    const [, printed] = /^console\.log\(.*\); \/\/ (.*)$/m.exec(program)!;
    writeFileSync(join(home, 'readme.js'), program);
    const { stdout } = await call(process.execPath, ['readme.js'], { cwd: home });
    expect(stdout).toBe(`${printed}\n`);
  });
});
