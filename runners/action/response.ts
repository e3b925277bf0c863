/** An answer as the step hands it on: its status, its headers, and its body in the form that was asked for. */
import { runFilesFor } from '../grants/granted-to.ts';
import { overLimit } from '../limits.ts';
import { ActionFailure, failed, type Tools } from './act.ts';
import { tryExactly } from './exact.ts';
import type { Fields } from './fields.ts';
import { Granted } from './granted.ts';
import type { Answer } from './http.ts';

/** What `encode` takes. */
export function handedOn(answer: Answer, fields: Fields, tools: Tools): unknown {
  const { status, url } = answer;
  return { status, url, headers: headersOf(answer), body: bodyOf(answer, fields, tools) };
}

/** What came more than once is one text, as the protocol has it; cookies cannot be. */
function headersOf({ headers }: Answer): Readonly<Record<string, unknown>> {
  const found: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of headers) {
    const before = found[name];
    if (name === 'set-cookie') found[name] = [...(Array.isArray(before) ? before : []), value];
    else found[name] = typeof before === 'string' ? `${before}, ${value}` : value;
  }
  return found;
}

function bodyOf(answer: Answer, fields: Fields, tools: Tools): unknown {
  const path = fields.text('path');
  const form = fields.text('response') ?? (path === undefined ? formOf(answer) : 'file');
  switch (form) {
    case 'text':
      return decodedText(answer);
    case 'bytes':
      return answer.body;
    case 'file':
      return path === undefined ? intoRun(answer, tools) : intoPath(path, answer, tools);
    default:
      return jsonOf(answer);
  }
}

function formOf({ body, headers }: Answer): 'json' | 'text' | 'bytes' {
  const type = contentType(headers);
  if (body.length === 0) return 'text';
  if (/^application\/(?:[\w.+-]+\+)?json$/.test(type)) return 'json';
  return /^text\/|^application\/(?:[\w.+-]+\+)?(?:xml|javascript|yaml|x-www-form-urlencoded)$/.test(type)
    ? 'text'
    : 'bytes';
}

function contentType(headers: Answer['headers']): string {
  const [type = ''] = (headers.find(([name]) => name === 'content-type')?.[1] ?? '').split(';');
  return type.trim().toLowerCase();
}

function jsonOf(answer: Answer): unknown {
  // As 204 has none.
  if (answer.body.length === 0) return null;
  const read = tryExactly(decodedText(answer));
  if (read.ok) return read.value;
  throw failed(`The answer of ${answer.url} is no JSON: ${read.message}`, { status: answer.status });
}

/** By the character set of its content type, else UTF-8; what that has no character for is marked as such. */
export function decodedText({ body, headers }: Answer): string {
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const label = /;\s*charset="?([\w.:-]+)"?/i.exec(type)?.[1] ?? 'utf-8';
  return decoderFor(label).decode(body);
}

function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch {
    // A character set that nobody knows.
    return new TextDecoder();
  }
}

function intoRun({ body }: Answer, { job, setup }: Tools): unknown {
  const files = runFilesFor(job, setup);
  const written = files.write(`${job.step}-${job.attempt}.response`, body);
  if (!written.ok)
    throw files.exceeded === undefined
      ? failed(written.message)
      : new ActionFailure(overLimit(files.exceeded, job.limits));
  const { path, sha256, size } = written.value;
  return { $file: path, sha256, size };
}

function intoPath(path: string, { body }: Answer, tools: Tools): unknown {
  const granted = new Granted(tools);
  granted.take(granted.files.write(path, body));
  return { path, size: body.length };
}
