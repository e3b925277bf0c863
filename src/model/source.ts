/** A file's text with the places in it. */

export interface SourceFile {
  /** As the user wrote it, relative to where hwfe was started. */
  readonly path: string;
  readonly text: string;
}

/** A half-open range of UTF-16 offsets into `SourceFile.text`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** 1-based line and column (in UTF-16 units) of an offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
