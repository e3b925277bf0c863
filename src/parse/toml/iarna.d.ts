/** The part of @iarna/toml that reads workflow files. */
declare module '@iarna/toml/parse-string.js' {
  /** Throws where the text is not what it takes for TOML. */
  export type ParseString = (text: string) => unknown;
}
