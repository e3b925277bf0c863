/** What the host gives the guest: the few calls that cross, with strings as JSON because they end at NUL otherwise. */

export interface Bridge {
  /** `text` is a JSON string. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** Arguments and result are JSON; `null` when the host refuses. */
  ask(what: Question, args: string): string;
  /** UTF-8 of a JSON string. */
  encodeText(text: string): ArrayBuffer;
  /** A JSON string, or an empty text when the bytes or the label are refused. */
  decodeText(bytes: ArrayBuffer, label: string, fatal: boolean, ignoreBom: boolean): string;
  randomBytes(count: number): ArrayBuffer;
  /** The code of a part, as a function to be called once. */
  part(name: string): (bridge: Bridge) => unknown;
}

export type Question = 'atob' | 'btoa' | 'uuid' | 'url' | 'url-set' | 'params' | 'params-text' | 'encoding';
