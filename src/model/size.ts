/** Byte sizes as files and flags write them. */

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes of `256MB`, `1.5 kb` (powers of 1024, KiB spelling accepted) or of a bare number; nothing if it is no size. */
export function parseSize(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = match[2]!.toLowerCase().replace('i', '');
  const factor = UNITS[unit === '' || unit.endsWith('b') ? unit : `${unit}b`];
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor);
}

/** `512 bytes`, `4.0 KiB`, `256 MiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const exponent = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** exponent;
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${['bytes', 'KiB', 'MiB', 'GiB'][exponent]}`;
}
