// The spawner and the end of the engine that started it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('an engine that ends while its spawner starts leaves no words and no directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-test-'));
  const entry = createRequire(import.meta.url).resolve('#spawner');
  const child = spawn(process.execPath, [entry], { env: { TMPDIR: directory }, stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  child.stderr.on('data', (text: Buffer) => (words += text.toString()));
  // Who would be told where to connect is gone; its other end of the input is held by somebody else a moment longer.
  child.stdout.destroy();
  const [status] = (await once(child, 'close')) as [number];
  expect({ status, words }).toEqual({ status: 0, words: '' });
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});
