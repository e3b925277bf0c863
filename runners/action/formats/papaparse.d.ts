/** The part of papaparse that reads and writes CSV; its package has no types. */
declare module 'papaparse' {
  export interface ParseError {
    readonly message: string;
    /** 0-based. */
    readonly row?: number;
  }
  export function parse(
    text: string,
    options: { readonly delimiter: string; readonly skipEmptyLines: boolean },
  ): { readonly data: readonly string[][]; readonly errors: readonly ParseError[] };
  export function unparse(
    rows: readonly string[][],
    options: { readonly delimiter: string; readonly newline: string },
  ): string;
}
