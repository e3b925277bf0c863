/** The way from embedded Python to the workflow's shared memory: a device to which a step's questions are written. */
import { askMemory, type MemoryWord } from '../memory/marked.ts';
import type { StepMemory } from '../memory/step-memory.ts';
import type { Pyodide } from './pyodide.ts';
import { installDevice } from './question-device.ts';

/** A device: JSON of an act, a key and two texts is written to it, and a `MemoryWord` read from it. */
export const MEMORY_DEVICE = '/dev/hwfe-memory';

export interface MemoryDevice {
  /** Of the step that runs now. */
  memory: StepMemory | undefined;
}

export function installMemory(python: Pick<Pyodide, 'FS'>): MemoryDevice {
  const state: MemoryDevice = { memory: undefined };
  installDevice(python, MEMORY_DEVICE, 5, (text): MemoryWord => {
    try {
      const { act, key, value, expected } = Object(JSON.parse(text)) as Record<string, unknown>;
      const [named, given, before] = [key, value, expected].map((each) => (typeof each === 'string' ? each : ''));
      return askMemory(state.memory, String(act), named!, given!, before!, { hasBigIntegers: true });
    } catch (error) {
      if (error instanceof SyntaxError) return { ok: false, message: 'The question is not JSON' };
      throw error;
    }
  });
  return state;
}
