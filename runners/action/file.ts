/** `file`: reads and changes files that the step was granted. */
import { basename, dirname, join } from 'node:path';
import { type Act, failed, given, type Tools } from './act.ts';
import { bytesOf } from './bytes.ts';
import type { Fields } from './fields.ts';
import { decode, encodeAs, type Format, formatFor } from './formats/index.ts';
import { Granted } from './granted.ts';

type Operate = (path: string, fields: Fields, granted: Granted, tools: Tools) => unknown;

const OPERATIONS: Readonly<Record<string, Operate>> = {
  read: async (path, fields, { files, take }) => {
    const contents = files.read(path);
    if (!contents.ok && contents.code === 'ENOENT' && fields.flag('missing_ok', false)) return null;
    return decode(take(contents), formatOf(path, fields), fields, path);
  },
  write: async (path, fields, { files, take }, tools) => {
    const contents = await contentOf(path, fields, tools);
    take(files.write(path, contents));
    return { path, size: contents.length };
  },
  append: async (path, fields, { files, take }, tools) => {
    const size = files.size(path);
    const isNew = size.ok ? size.value === 0 : size.code === 'ENOENT';
    const contents = await contentOf(path, fields, tools, !isNew);
    take(files.append(path, contents));
    return { path, size: contents.length };
  },
  copy: (path, fields, { files, take }) => {
    const to = intoDirectory(fields.needText('to'), path);
    const contents = take(files.read(path));
    take(files.write(to, contents));
    return { path: to, size: contents.length };
  },
  move: (path, fields, granted) => {
    const to = intoDirectory(fields.needText('to'), path);
    const { tree } = granted.files;
    makeDirectories(dirname(granted.place(to)), to, granted);
    const moved = tree.rename(granted.place(path), granted.place(to));
    if (moved.ok) return { path: to };
    // Another disk.
    if (moved.code !== 'EXDEV')
      throw granted.failure(moved.code, `${JSON.stringify(path)} cannot be moved to ${JSON.stringify(to)}`);
    granted.take(granted.files.write(to, granted.take(granted.files.read(path))));
    remove(path, granted, false);
    return { path: to };
  },
  delete: (path, fields, granted) => ({ path, deleted: remove(path, granted, fields.flag('missing_ok', false)) }),
  list: (path, _fields, granted) => {
    const place = granted.place(path);
    const names = granted.files.tree.names(place);
    if (!names.ok) throw told(place, names.code, `${JSON.stringify(path)} cannot be listed`, granted);
    return names.value.toSorted().flatMap((name) => {
      const entry = granted.files.tree.entry(join(place, name));
      return entry.ok ? [{ name, kind: entry.value.kind, size: entry.value.size }] : [];
    });
  },
  glob: (path, _fields, { files, take }) => take(files.list(path)).toSorted(),
  stat: (path, _fields, granted) => {
    const place = granted.place(path);
    const entry = granted.files.tree.entry(place);
    if (!entry.ok && (entry.code === 'ENOENT' || entry.code === 'ENOTDIR')) return { path, exists: false };
    if (!entry.ok) throw told(place, entry.code, `${JSON.stringify(path)} cannot be looked at`, granted);
    const { kind, size, changedAt } = entry.value;
    return { path, exists: true, kind, size, changed: new Date(changedAt).toISOString() };
  },
  mkdir: (path, _fields, granted) => ({ path, made: makeDirectories(granted.place(path), path, granted) }),
};

export const act: Act = async (fields, tools) => {
  const name = Object.keys(OPERATIONS).find((operation) => fields.has(operation));
  if (name === undefined) throw failed('"file" has no operation; give it one, such as "read"');
  return given(await OPERATIONS[name]!(fields.needText(name), fields, new Granted(tools), tools));
};

function formatOf(path: string, fields: Fields): Format {
  return (fields.text('format') as Format | undefined) ?? formatFor(path);
}

/** `isMore`: something stands before it in the file. */
async function contentOf(path: string, fields: Fields, tools: Tools, isMore = false): Promise<Uint8Array> {
  const content = fields.value('content');
  // Of another step: as they are.
  return bytesOf(content, tools) ?? encodeAs(content, formatOf(path, fields), fields, isMore);
}

/** `archive/` stands for a file of the same name in it. */
function intoDirectory(to: string, from: string): string {
  return to.endsWith('/') ? `${to}${basename(from)}` : to;
}

function remove(path: string, granted: Granted, isMissingFine: boolean): boolean {
  const { tree } = granted.files;
  const place = granted.place(path);
  const entry = tree.entry(place);
  const isDirectory = entry.ok && entry.value.kind === 'directory';
  const removed = isDirectory ? tree.removeDirectory(place) : tree.remove(place);
  if (removed.ok) return true;
  if (isMissingFine && removed.code === 'ENOENT') return false;
  throw granted.failure(removed.code, `${JSON.stringify(path)} cannot be deleted`);
}

/** Whether there was one to make. */
function makeDirectories(place: string, path: string, granted: Granted): boolean {
  const { tree } = granted.files;
  const missing: string[] = [];
  for (let at = place; ; at = dirname(at)) {
    const entry = tree.entry(at);
    if (entry.ok && entry.value.kind === 'directory') break;
    if (entry.ok) throw granted.failure('ENOTDIR', `The directory ${JSON.stringify(path)} cannot be made`);
    // What is not granted is told by whoever tries to make it.
    if (entry.code !== 'ENOENT' || at === dirname(at)) break;
    missing.unshift(at);
  }
  if (missing.length === 0 && !tree.entry(place).ok) missing.push(place);
  for (const directory of missing) {
    const made = tree.makeDirectory(directory);
    if (!made.ok && made.code !== 'EEXIST')
      throw granted.failure(made.code, `The directory ${JSON.stringify(path)} cannot be made`);
  }
  return missing.length > 0;
}

/** The tree notes no denial where it is only asked what is there. */
function told(place: string, code: string, what: string, granted: Granted): Error {
  if (code === 'EACCES') granted.files.tree.deny(place, 'read');
  return granted.failure(code, what);
}
