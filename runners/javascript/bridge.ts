/** The host's side of what the guest may ask: every answer is plain data, every refusal a fixed one. */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten';
import type { StepClock } from '../grants/clock.ts';
import { requestOf } from '../grants/fetch.ts';
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { StepRandom } from '../grants/random.ts';
import type { RunFiles } from '../kinds/run-files.ts';
import { unreachable } from '../unreachable.ts';
import type { Bridge, Question } from './guest/bridge.ts';
import type { UrlParts } from './guest/url.ts';
import { askMemory } from '../memory/marked.ts';
import type { StepMemory } from '../memory/step-memory.ts';
import { askFiles, askGrants, readFile, readGranted } from './files.ts';
import type { Requests } from './requests.ts';

/** What `crypto.getRandomValues` fills at once. */
const MOST_RANDOM = 65_536;

export type Print = (stream: 'stdout' | 'stderr', text: string) => void;

/** What the step that runs now may reach. */
interface Reach {
  readonly files: RunFiles;
  readonly clock: StepClock;
  readonly random: StepRandom;
  readonly granted: GrantedFiles;
  readonly requests: Requests;
  readonly memory: StepMemory | undefined;
  readonly bodies: ReadonlyMap<number, Uint8Array>;
}

/** An object with the functions of `Bridge`. What it is given is called anew each time: what prints changes from step to step. */
export function createBridge(
  context: QuickJSContext,
  print: Print,
  part: (name: string) => QuickJSHandle,
  reach: () => Reach,
): QuickJSHandle {
  const bridge = context.newObject();
  const text = (handle: QuickJSHandle): string => context.getString(handle);
  const functions: Record<keyof Bridge, (...args: QuickJSHandle[]) => QuickJSHandle> = {
    print: (stream, line) => {
      const given: unknown = JSON.parse(text(line!));
      if (typeof given === 'string') print(text(stream!) === 'stderr' ? 'stderr' : 'stdout', given);
      return context.undefined;
    },
    ask: (what, args) =>
      context.newString(JSON.stringify(answer(text(what!) as Question, JSON.parse(text(args!)) as unknown[]))),
    encodeText: (json) => context.newArrayBuffer(ownBuffer(Buffer.from(JSON.parse(text(json!)) as string))),
    decodeText: (buffer, label, fatal, ignoreBom) => {
      using bytes = context.getArrayBuffer(buffer!);
      const decoded = decodeBytes(
        bytes.value,
        text(label!),
        context.dump(fatal!) === true,
        context.dump(ignoreBom!) === true,
      );
      return context.newString(decoded === undefined ? '' : JSON.stringify(decoded));
    },
    base64: (buffer) => {
      using bytes = context.getArrayBuffer(buffer!);
      return context.newString(view(bytes.value).toString('base64'));
    },
    unbase64: (base64) => context.newArrayBuffer(ownBuffer(Buffer.from(text(base64!), 'base64'))),
    files: (what, args, buffer) => {
      using bytes = context.getArrayBuffer(buffer!);
      return context.newString(askFiles(reach().files, text(what!), text(args!), bytes.value));
    },
    readFile: (args) => {
      const contents = readFile(reach().files, text(args!));
      return typeof contents === 'string' ? context.newString(contents) : context.newArrayBuffer(contents);
    },
    grants: (what, path, buffer) => {
      using bytes = context.getArrayBuffer(buffer!);
      return context.newString(askGrants(reach().granted, text(what!), text(path!), bytes.value));
    },
    readGranted: (path) => {
      const contents = readGranted(reach().granted, text(path!));
      return typeof contents === 'string' ? context.newString(contents) : context.newArrayBuffer(contents);
    },
    fetch: (id, request, body) => {
      using bytes = context.getArrayBuffer(body!);
      reach().requests.start(context.getNumber(id!), requestOf(JSON.parse(text(request!))), Buffer.from(bytes.value));
      return context.undefined;
    },
    fetched: (id) => context.newArrayBuffer(ownBuffer(reach().bodies.get(context.getNumber(id!)) ?? new Uint8Array())),
    memory: (act, key, value, expected) => {
      const [named, given, before] = [key!, value!, expected!].map((handle) => String(JSON.parse(text(handle))));
      return context.newString(JSON.stringify(askMemory(reach().memory, text(act!), named!, given!, before!)));
    },
    now: () => context.newNumber(reach().clock.wall()),
    part: (name) => part(text(name!)),
    randomBytes: (count) => {
      // A step that replaced the guest's own check gets no more than that check allows.
      const bytes = Math.min(MOST_RANDOM, context.getNumber(count!) >>> 0);
      const filled = new Uint8Array(bytes);
      reach().random.fill(filled);
      return context.newArrayBuffer(filled.buffer);
    },
  };
  for (const [name, call] of Object.entries(functions)) {
    context.newFunction(name, call).consume((handle) => context.setProp(bridge, name, handle));
  }
  return bridge;
}

function answer(what: Question, args: unknown[]): unknown {
  switch (what) {
    case 'params':
      return [...new URLSearchParams(args[0] as string)];
    case 'params-text':
      return new URLSearchParams(args[0] as [string, string][]).toString();
    case 'atob':
      return orNull(() => atob(args[0] as string));
    case 'btoa':
      return orNull(() => btoa(args[0] as string));
    case 'encoding':
      return orNull(() => new TextDecoder(args[0] as string).encoding);
    case 'url':
      return orNull(() => urlParts(new URL(args[0] as string, args[1] as string | undefined)));
    case 'url-set':
      return orNull(() => {
        const url = new URL(args[0] as string);
        Reflect.set(url, args[1] as keyof UrlParts, args[2]);
        return urlParts(url);
      });
    default:
      return unreachable(what);
  }
}

/** What these throw means one thing to the guest: no. */
function orNull(call: () => unknown): unknown {
  try {
    return call();
  } catch {
    return null;
  }
}

function decodeBytes(bytes: Uint8Array, label: string, fatal: boolean, ignoreBOM: boolean): string | undefined {
  try {
    return new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes);
  } catch {
    return undefined;
  }
}

function urlParts(url: URL): UrlParts {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash };
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Small Buffers are views on a shared pool. */
function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  const own = new ArrayBuffer(bytes.length);
  new Uint8Array(own).set(bytes);
  return own;
}
