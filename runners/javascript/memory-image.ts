/** A wasm memory put back as it was, which makes an interpreter new again for the price of copying what it needs at rest. */

/** A run of zeros as long as this can only be the C stack, whose content means nothing between calls. */
const STACK_AT_LEAST = 1024 * 1024;
/** Zeroed data may lie before the stack without a byte to show for it. */
const MARGIN = 64 * 1024;

interface Region {
  readonly start: number;
  readonly bytes: Uint8Array;
}

export class MemoryImage {
  readonly #memory: WebAssembly.Memory;
  readonly #regions: readonly Region[];

  /** Taken between calls, when no frame is on the C stack. */
  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#regions = regionsOf(new Uint8Array(memory.buffer));
  }

  restore(): void {
    const bytes = new Uint8Array(this.#memory.buffer);
    for (const region of this.#regions) bytes.set(region.bytes, region.start);
  }
}

/** All that is not one of the long runs of zeros. */
function regionsOf(bytes: Uint8Array): Region[] {
  const regions: Region[] = [];
  let start = 0;
  let end = 0;
  const close = (): void => {
    if (end > start) regions.push({ start, bytes: bytes.slice(start, Math.min(end + MARGIN, bytes.length)) });
  };
  const words = new BigUint64Array(bytes.buffer, 0, bytes.length >>> 3);
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 0n) continue;
    if (i * 8 - end >= STACK_AT_LEAST) {
      close();
      start = i * 8;
    }
    end = i * 8 + 8;
  }
  close();
  return regions;
}
