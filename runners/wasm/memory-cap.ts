/** Gives a module's memory a maximum, which is the only limit that the WebAssembly API holds a module to. */

/** Bytes of one page of a memory. */
export const PAGE = 65_536;
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;

/** The module with every memory capped at `pages`. Nothing when one begins with more. The bytes must be a valid module. */
export function capMemories(bytes: Uint8Array, pages: number): Uint8Array | undefined {
  let at = 8;
  const unsigned = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const start = at;
    const id = bytes[at++];
    const size = unsigned();
    const end = at + size;
    if (id !== MEMORY_SECTION) {
      at = end;
      continue;
    }
    const count = unsigned();
    const section = [...leb(count)];
    for (let left = count; left > 0; left--) {
      const flags = bytes[at++]!;
      const minimum = unsigned();
      const maximum = (flags & HAS_MAXIMUM) === 0 ? pages : unsigned();
      if (minimum > pages) return undefined;
      section.push(flags | HAS_MAXIMUM, ...leb(minimum), ...leb(Math.min(maximum, pages)));
    }
    const header = [MEMORY_SECTION, ...leb(section.length)];
    return Buffer.concat([bytes.subarray(0, start), Buffer.from([...header, ...section]), bytes.subarray(end)]);
  }
  return bytes;
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
