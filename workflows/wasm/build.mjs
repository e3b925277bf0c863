// Makes the .wasm files of this folder from the .wat files beside them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';

export async function assemble(name, text) {
  const { parseWat } = await wabt();
  const module = parseWat(name, text);
  return module.toBinary({}).buffer;
}

if (process.argv[1] === import.meta.filename) {
  for (const name of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.wat'))) {
    const binary = await assemble(name, readFileSync(join(import.meta.dirname, name), 'utf8'));
    writeFileSync(join(import.meta.dirname, name.replace(/\.wat$/, '.wasm')), binary);
  }
}
