/** A name as part of a sentence: line ends in it are shown, so that no name writes lines of its own. */

export function oneLine(name: string): string {
  return name.replaceAll('\n', '␊').replaceAll('\r', '␍');
}
