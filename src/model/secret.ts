/** What is known of a secret before its value is: where that comes from. */

export type SecretSource =
  | { readonly kind: 'env'; readonly variable: string }
  | { readonly kind: 'file'; readonly path: string }
  /** For `sh`; its output is the value. */
  | { readonly kind: 'command'; readonly command: string };

/** Secrets are handed to steps as variables, so that is what they are named like. */
export const SECRET_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
