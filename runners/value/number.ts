/** How numbers are written in canonical text, so that integers and floats stay apart. */

/** The float as ECMAScript writes it (RFC 8785), a whole one with `.0` behind it: `5.0`, `1e+21`, `-0.0`. Finite only. */
export function formatFloat(x: number): string {
  if (Object.is(x, -0)) return '-0.0';
  const text = String(x);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The text of a JavaScript number: a safe integer as its digits (`-0` as `0`), anything else as a float, so that it comes back as a number and never as a BigInt. Finite only. */
export function formatNumber(x: number): string {
  if (!Number.isSafeInteger(x)) return formatFloat(x);
  return x === 0 ? '0' : String(x);
}
