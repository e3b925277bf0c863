/** Finds the places of keys in a configuration file, loaded only where something is to be pointed at. */
import type { Span } from '../model/source.ts';
import type { ConfigFile } from './file.ts';

/** Where a key stands, from its name to the end of its value; for a section, its header. */
export type Locate = (path: readonly string[]) => Span | undefined;

export async function locator(config: ConfigFile): Promise<Locate> {
  const places = config.format === 'toml' ? await tomlPlaces(config.file.text) : await yamlPlaces(config.file.text);
  return (path) => places.get(join(path));
}

async function tomlPlaces(text: string): Promise<Map<string, Span>> {
  const { parseTOML } = await import('toml-eslint-parser');
  const places = new Map<string, Span>();
  const note = (path: readonly (string | number)[], [start, end]: readonly [number, number]): void => {
    const key = join(path.map(String));
    if (!places.has(key)) places.set(key, { start, end });
  };
  for (const node of parseTOML(text).body[0].body) {
    const section = node.type === 'TOMLTable' ? node.resolvedKey : [];
    if (node.type === 'TOMLTable') notePrefixes(section, node.key.range);
    for (const pair of node.type === 'TOMLTable' ? node.body : [node]) {
      const names = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
      note([...section, ...names], pair.range);
      notePrefixes([...section, ...names.slice(0, -1)], pair.key.range);
    }
  }
  return places;

  function notePrefixes(path: readonly (string | number)[], range: readonly [number, number]): void {
    for (let length = path.length; length > 0; length--) note(path.slice(0, length), range);
  }
}

/** JSON is read as the YAML that it also is. */
async function yamlPlaces(text: string): Promise<Map<string, Span>> {
  const { isMap, isNode, parseDocument } = await import('yaml');
  const places = new Map<string, Span>();
  const pending: { path: string[]; node: unknown }[] = [{ path: [], node: parseDocument(text).contents }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (!isMap(at.node)) continue;
    for (const { key, value } of at.node.items) {
      if (!isNode(key) || !key.range) continue;
      const path = [...at.path, String(key)];
      const isSection = isMap(value);
      const end = isNode(value) && value.range && !isSection ? value.range[1] : key.range[1];
      places.set(join(path), { start: key.range[0], end });
      if (isSection) pending.push({ path, node: value });
    }
  }
  return places;
}

function join(path: readonly string[]): string {
  return path.join('\u0000');
}
