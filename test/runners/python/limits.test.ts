/** What one Python step may use of memory, the files it writes included. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Limits } from '../../../runners/contract.ts';
import { shown } from '../process/rig.ts';
import { PythonRig } from './rig.ts';

const python = new PythonRig(mkdtempSync(join(tmpdir(), 'hwfe-test-')));
afterAll(() => rmSync(python.cacheDir, { recursive: true }));

const MIB = 1024 * 1024;

async function within(limits: Partial<Limits>, code: string): Promise<unknown> {
  const { outcome } = await python.run({ code }, { limits: { output: MIB, ...limits } });
  return shown(outcome);
}

const overMemory = { reason: 'limit', limit: 'memory', message: expect.stringMatching(/limits\.memory/) };

describe('memory', () => {
  test.each([
    ['a large object', 'kept = bytearray(200 * 2**20)'],
    ['many small ones', 'kept = []\nwhile True: kept.append([len(kept)])'],
    ['a text that doubles', 'text = "x"\nwhile True: text += text'],
    ['one large file', 'with open("/tmp/x", "wb") as f:\n  while True: f.write(b"x" * 2**20)'],
    ['many files', 'for i in range(10**6):\n  with open(f"/tmp/{i}", "wb") as f: f.write(b"x" * 4096)'],
    ['a file with a hole', 'f = open("/tmp/x", "wb")\nf.seek(2**40)\nf.write(b"x")\nf.close()'],
    ['a file made long', 'import os\nos.truncate(os.open("/tmp/x", os.O_CREAT | os.O_RDWR), 2**40)'],
    [
      'files without names',
      'import os\nkept = []\nwhile True:\n  kept.append(open("/tmp/x", "wb")); os.unlink("/tmp/x"); kept[-1].write(b"x" * 2**20); kept[-1].flush()',
    ],
    ['directories', 'import os\nfor i in range(10**6): os.mkdir(f"/tmp/{i}")'],
    ['links', 'import os\nfor i in range(10**6): os.symlink("x" * 4000, f"/tmp/{i}")'],
    ['pipes', 'import os\nwhile True:\n  r, w = os.pipe(); os.write(w, b"x" * 2**19)'],
    ['a file in shared memory', 'with open("/dev/shm/x", "wb") as f:\n  while True: f.write(b"x" * 2**20)'],
    [
      'a database',
      'import sqlite3\nc = sqlite3.connect("/tmp/db")\nc.execute("create table t(a)")\nwhile True: c.execute("insert into t values (zeroblob(1000000))")',
    ],
  ])(
    '%s ends at the limit, and the next step runs',
    async (_, code) => {
      expect(await within({ memory: 128 * MIB }, `${code}\ndef run(): return 1`)).toMatchObject(overMemory);
      expect(await within({ memory: 128 * MIB }, 'def run(): return 1')).toBe('1');
    },
    60_000,
  );

  test('without a limit there is one gibibyte', async () => {
    expect(await within({}, 'def run(): return len(bytearray(700 * 2**20))')).toBe(String(700 * MIB));
    expect(await within({}, 'def run(): return len(bytearray(1100 * 2**20))')).toMatchObject(overMemory);
  }, 60_000);

  test('the limit holds after a step that was allowed more', async () => {
    expect(await within({ memory: 512 * MIB }, 'def run(): return len(bytearray(200 * 2**20))')).toBe(
      String(200 * MIB),
    );
    expect(await within({ memory: 128 * MIB }, 'def run(): return len(bytearray(200 * 2**20))')).toMatchObject(
      overMemory,
    );
  }, 60_000);

  test('an interpreter that is larger than the limit is not started', async () => {
    expect(await within({ memory: MIB }, 'def run(): return 1')).toMatchObject(overMemory);
  });

  test('what was deleted counts no more', async () => {
    const code = `
import os
def run():
  for i in range(50):
    with open("/tmp/x", "wb") as f: f.write(bytes(10 * 2**20))
    os.unlink("/tmp/x")
  return 1`;
    expect(await within({ memory: 128 * MIB }, code)).toBe('1');
  });

  test('a step that gets over it succeeds', async () => {
    const code = 'def run():\n  try: bytearray(200 * 2**20)\n  except MemoryError: return "less then"';
    expect(await within({ memory: 128 * MIB }, code)).toBe('"less then"');
  });
});

test('a file larger than limits.files is not written', async () => {
  const code = 'def run():\n  with open("/tmp/x", "wb") as f: f.write(bytes(3 * 2**20))\n  return 1';
  expect(await within({ files: 2 * MIB }, code)).toMatchObject({ reason: 'limit', limit: 'files' });
  expect(await within({ files: 4 * MIB }, code)).toBe('1');
});
