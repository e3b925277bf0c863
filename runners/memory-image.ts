/** A wasm memory put back as it was, which makes an interpreter new again for the price of copying what it needs at rest. */

/** A run of zeros as long as this can only be the C stack, whose content means nothing between calls. */
const STACK_AT_LEAST = 1024 * 1024;
/** Zeroed data may lie before the stack without a byte to show for it. */
const MARGIN = 64 * 1024;
const PAGE = 4096;

export interface Region {
  readonly start: number;
  readonly bytes: Uint8Array;
}

export class MemoryImage {
  readonly regions: readonly Region[];
  readonly #memory: WebAssembly.Memory;

  /** Without regions, what lies in the memory now; taken between calls, when no frame is on the C stack. */
  constructor(memory: WebAssembly.Memory, regions?: readonly Region[]) {
    this.#memory = memory;
    this.regions = regions ?? regionsOf(new Uint8Array(memory.buffer));
  }

  restore(): void {
    const bytes = new Uint8Array(this.#memory.buffer);
    for (const region of this.regions) bytes.set(region.bytes, region.start);
  }
}

/** What lies before and after the stack: static data and the heap, up to the zeros that follow it. */
function regionsOf(bytes: Uint8Array): Region[] {
  const zeros = new Uint8Array(PAGE);
  const regions: Region[] = [];
  let start = 0;
  let end = 0;
  const close = (): void => {
    if (end > start) regions.push({ start, bytes: bytes.slice(start, Math.min(end + MARGIN, bytes.length)) });
  };
  const isZero = (at: number): boolean => Buffer.compare(bytes.subarray(at, at + PAGE), zeros) === 0;
  for (let at = 0; at < bytes.length; ) {
    if (isZero(at)) {
      if (regions.length === 1 && start > 0 && at - end >= STACK_AT_LEAST) break;
      // Untouched memory costs a page fault to look at, and there are megabytes of it in the stack and behind the heap.
      at += at - end >= MARGIN ? MARGIN : PAGE;
      continue;
    }
    while (at - PAGE > end && !isZero(at - PAGE)) at -= PAGE;
    if (at - end >= STACK_AT_LEAST) {
      close();
      start = at;
    }
    end = at + PAGE;
    at = end;
  }
  close();
  return regions;
}
