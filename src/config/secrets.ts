/** Reads the section `secrets` of a configuration file: by name where each value comes from. */
import { fail, ok, type Result } from '../model/result.ts';
import { SECRET_NAME, type SecretSource } from '../model/secret.ts';
import { expandHome } from './defaults.ts';

/** What is wrong with an entry: its path in the file, and the rest of a sentence that names it. */
export interface BadSecret {
  readonly path: readonly string[];
  readonly expected: string;
  readonly raw: unknown;
}

const EXPECTED = 'write { env = "VARIABLE" }, { file = "path" } or { command = "…" }';

export function readSecrets(
  tree: unknown,
  env: NodeJS.ProcessEnv,
): Result<Readonly<Record<string, SecretSource>>, readonly BadSecret[]> {
  const section = isTable(tree) ? (tree['secrets'] ?? {}) : {};
  if (!isTable(section)) return fail([{ path: ['secrets'], raw: section, expected: 'write a section of names' }]);
  const bad: BadSecret[] = [];
  const found: Record<string, SecretSource> = Object.create(null);
  for (const [name, raw] of Object.entries(section)) {
    const source = SECRET_NAME.test(name) ? sourceOf(raw, env) : undefined;
    if (source !== undefined) found[name] = source;
    else {
      const expected = SECRET_NAME.test(name) ? EXPECTED : 'name it by letters, digits and "_"';
      bad.push({ path: ['secrets', name], raw, expected });
    }
  }
  return bad.length > 0 ? fail(bad) : ok(found);
}

function sourceOf(raw: unknown, env: NodeJS.ProcessEnv): SecretSource | undefined {
  if (!isTable(raw)) return undefined;
  const [[kind, value] = [], ...more] = Object.entries(raw);
  if (more.length > 0 || typeof value !== 'string' || value === '') return undefined;
  if (kind === 'env') return { kind, variable: value };
  if (kind === 'file') return { kind, path: expandHome(value, env) };
  return kind === 'command' ? { kind, command: value } : undefined;
}

function isTable(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Date);
}
