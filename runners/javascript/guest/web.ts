/** Guest code: the encoders, `atob`, `btoa` and `crypto`, backed by the host's. */
import type { Bridge } from './bridge.ts';

export function installWeb(bridge: Bridge): void {
  const { stringify, parse } = JSON;

  class TextEncoder {
    readonly encoding = 'utf-8';
    encode(text: unknown = ''): Uint8Array {
      return new Uint8Array(bridge.encodeText(stringify(String(text).toWellFormed())));
    }
    encodeInto(text: unknown, target: Uint8Array): { read: number; written: number } {
      let read = 0;
      let written = 0;
      for (const character of String(text)) {
        const bytes = this.encode(character);
        if (written + bytes.length > target.length) break;
        target.set(bytes, written);
        written += bytes.length;
        read += character.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    readonly encoding: string;
    readonly fatal: boolean;
    readonly ignoreBOM: boolean;
    constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      const encoding = parse(bridge.ask('encoding', stringify([String(label)]))) as string | null;
      if (encoding === null) throw new RangeError(`The encoding "${String(label)}" is not known`);
      this.encoding = encoding;
      this.fatal = options.fatal === true;
      this.ignoreBOM = options.ignoreBOM === true;
    }
    decode(bytes?: ArrayBuffer | ArrayBufferView): string {
      if (bytes === undefined) return '';
      if (!(bytes instanceof ArrayBuffer) && !ArrayBuffer.isView(bytes))
        throw new TypeError('TextDecoder.decode takes an ArrayBuffer or a view on one');
      const buffer =
        bytes instanceof ArrayBuffer
          ? bytes
          : (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
      const text = bridge.decodeText(buffer, this.encoding, this.fatal, this.ignoreBOM);
      if (text === '') throw new TypeError(`The bytes are not valid ${this.encoding}`);
      return parse(text) as string;
    }
  }

  function converted(what: 'atob' | 'btoa', text: unknown, refusal: string): string {
    const result = parse(bridge.ask(what, stringify([String(text)]))) as string | null;
    if (result === null) throw Object.assign(new Error(refusal), { name: 'InvalidCharacterError' });
    return result;
  }

  const crypto = {
    randomUUID: () => {
      const bytes = new Uint8Array(bridge.randomBytes(16));
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      let digits = '';
      for (const byte of bytes) digits += byte.toString(16).padStart(2, '0');
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
    getRandomValues: <T>(target: T): T => {
      if (!ArrayBuffer.isView(target) || target instanceof DataView)
        throw new TypeError('crypto.getRandomValues takes an array of integers, such as a Uint8Array');
      if (target.byteLength > 65_536)
        throw Object.assign(new Error('crypto.getRandomValues fills at most 65536 bytes at once'), {
          name: 'QuotaExceededError',
        });
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(
        new Uint8Array(bridge.randomBytes(target.byteLength)),
      );
      return target;
    },
  };

  const globals = {
    TextEncoder,
    TextDecoder,
    atob: (text: unknown) => converted('atob', text, 'The text is not correctly encoded in base64'),
    btoa: (text: unknown) =>
      converted('btoa', text, 'The text has characters beyond Latin-1; encode it with TextEncoder first'),
    crypto,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
