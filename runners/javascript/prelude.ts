/** Our own code inside the guest, as text and as the host calls it. */
import {
  type JSValuePointer,
  Lifetime,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
} from 'quickjs-emscripten';
import { installClone } from './guest/clone.ts';
import { installConsole } from './guest/console.ts';
import { installFetch } from './guest/fetch.ts';
import { createFormat } from './guest/inspect.ts';
import { createKernel, type Kernel } from './guest/kernel.ts';
import { createKinds } from './guest/kinds.ts';
import { installMemory } from './guest/memory.ts';
import { createNative } from './guest/native.ts';
import { createParts, type Part } from './guest/parts.ts';
import { createRefusals } from './guest/refusals.ts';
import { createSerialiser } from './guest/serialise.ts';
import { installTimers } from './guest/timers.ts';
import { createTables } from './guest/tables.ts';
import { installUrl } from './guest/url.ts';
import { installWeb } from './guest/web.ts';

/** The file name of our own code inside the guest, by which its frames are told from the step's. */
export const OWN_FILE = 'hwfe:guest';

/** The guest's code is written as functions of this program and travels as their text. */
const PARTS: Readonly<Record<Part, string>> = {
  console: `(bridge) => {
    const format = (${createFormat.toString()})();
    (${installConsole.toString()})(bridge, format);
    return format;
  }`,
  timers: `(${installTimers.toString()})`,
  web: `(${installWeb.toString()})`,
  url: `(${installUrl.toString()})`,
  clone: `(${installClone.toString()})`,
  fetch: `(${installFetch.toString()})`,
  refusals: `(${createRefusals.toString()})`,
  memory: `(${installMemory.toString()})`,
  kinds: `(bridge) => {
    const kinds = (${createKinds.toString()})(bridge, (${createTables.toString()})());
    Object.defineProperty(globalThis, 'hwfe', { value: kinds.hwfe, writable: true, configurable: true });
    return kinds;
  }`,
};

const GLOBALS: Readonly<Record<string, Part>> = {
  console: 'console',
  ...named('timers', 'setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask'),
  ...named('web', 'TextEncoder TextDecoder atob btoa crypto'),
  ...named('url', 'URL URLSearchParams'),
  structuredClone: 'clone',
  hwfe: 'kinds',
  ...named('fetch', 'fetch Headers Response'),
};

function named(part: Part, names: string): Record<string, Part> {
  return Object.fromEntries(names.split(' ').map((name) => [name, part]));
}

const PRELUDE = `(bridge, globals) => {
  const inside = {};
  const parts = (${createParts.toString()})(bridge, JSON.parse(globals), inside);
  const native = (${createNative.toString()})();
  const serialise = (${createSerialiser.toString()})(native, parts);
  const kernel = (${createKernel.toString()})(native, serialise, parts.load);
  inside.serialise = serialise;
  inside.revived = kernel.revived;
  return kernel;
}`;

const KERNEL = [
  'begin',
  'start',
  'poll',
  'fire',
  'answered',
  'settled',
  'outputText',
  'describe',
  'load',
] as const satisfies (keyof Kernel)[];

/** What the host calls, by name. */
export function evaluatePrelude(context: QuickJSContext, bridge: QuickJSHandle): Map<string, QuickJSHandle> {
  const install = context.unwrapResult(context.evalCode(PRELUDE, OWN_FILE));
  const globals = context.newString(JSON.stringify(GLOBALS));
  const kernel = context.unwrapResult(context.callFunction(install, context.undefined, bridge, globals));
  return new Map(KERNEL.map((name) => [name, context.getProp(kernel, name)]));
}

/** The same in a memory where that has been done, by where each lies. */
export function preparedKernel(
  handles: Readonly<Record<string, number>>,
  owner: QuickJSRuntime,
): Map<string, QuickJSHandle> {
  return new Map(KERNEL.map((name) => [name, handleAt(handles[name]!, owner)]));
}

function handleAt(pointer: number, owner: QuickJSRuntime): QuickJSHandle {
  return new Lifetime<JSValuePointer, JSValuePointer, QuickJSRuntime>(
    pointer as JSValuePointer,
    undefined,
    undefined,
    owner,
  );
}

/** The code of a part that a step asked for. */
export function partText(name: Part): string {
  return PARTS[name];
}
