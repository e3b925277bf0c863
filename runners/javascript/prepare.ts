/** Keeps QuickJS as it is before any step, with our own code evaluated in it; run by the build. */
import { rmSync } from 'node:fs';
import { preparedFile, writePrepared } from './prepared.ts';
import { quickJSCode } from './quickjs.ts';
import { Sandbox } from './sandbox.ts';

void main(process.argv[2]);

async function main(word: string | undefined): Promise<void> {
  if (word !== 'check') {
    rmSync(preparedFile(), { force: true });
    const sandbox = await Sandbox.create();
    writePrepared({ code: quickJSCode(), ...sandbox.prepared() });
  }
  const { isPrepared } = await Sandbox.create();
  if (!isPrepared) throw new Error('Internal error: QuickJS does not begin with what was kept of it');
}
