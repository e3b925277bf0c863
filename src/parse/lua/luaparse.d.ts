/** The part of luaparse that reads workflow files. */
declare module 'luaparse' {
  export interface ParserOptions {
    readonly luaVersion: '5.3';
    readonly encodingMode: 'pseudo-latin1';
    readonly comments: boolean;
    readonly ranges: boolean;
  }
  export interface Luaparse {
    /** Throws a SyntaxError with `index`, or a RangeError where the text nests too deeply. */
    parse(text: string, options: ParserOptions): unknown;
  }
}
