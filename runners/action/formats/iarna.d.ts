/** The part of @iarna/toml that writes files. */
declare module '@iarna/toml/stringify.js' {
  /** Throws where a value has no form in TOML. */
  export type Stringify = (value: object) => string;
}
