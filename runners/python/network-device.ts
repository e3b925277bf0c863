/** The way from embedded Python to the network: a device to which a step's requests are written. */
import type { BlockingNetwork } from '../grants/blocking-network.ts';
import { type FetchFailure, type FetchHead, requestOf } from '../grants/fetch.ts';
import type { Budget } from './budget.ts';
import type { Pyodide } from './pyodide.ts';
import { installDevice } from './question-device.ts';

/** A device: JSON of a `FetchRequest` is written to it, and the head of the answer read from it. */
export const NETWORK_DEVICE = '/dev/hwfe-network';
/** Where the bodies of requests and answers pass. */
export const BODY = '/run/hwfe/body';

export interface NetworkDevice {
  /** Of the step that runs now. */
  network: BlockingNetwork | undefined;
}

export function installNetwork(python: Pyodide, budget: Budget): NetworkDevice {
  const { FS } = python;
  const state: NetworkDevice = { network: undefined };
  installDevice(python, NETWORK_DEVICE, 3, (text): FetchHead | (FetchFailure & { readonly denied?: boolean }) => {
    try {
      if (state.network === undefined) return { ok: false, message: 'The step has no network' };
      const answer = state.network.fetch(requestOf(JSON.parse(text)), requestBody(python));
      if (!answer.ok) return { ...answer, denied: state.network.denied?.told === answer.message };
      const { body, ...head } = answer;
      budget.copyIn(() => FS.writeFile(BODY, body, { canOwn: true }));
      return head;
    } catch (error) {
      if (error instanceof FS.ErrnoError) return { ok: false, message: 'There is no room for the answer' };
      if (error instanceof SyntaxError) return { ok: false, message: 'The request is not JSON' };
      throw error;
    }
  });
  return state;
}

/** A copy: what is the interpreter's may not leave its thread. */
function requestBody({ FS, _module: { MEMFS } }: Pyodide): Uint8Array {
  const { node } = FS.lookupPath(BODY, { follow: false });
  if (!FS.isFile(node.mode)) return new Uint8Array();
  // Emscripten keeps signed bytes as well.
  const { buffer, byteOffset, byteLength } = MEMFS.getFileDataAsTypedArray(node);
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
