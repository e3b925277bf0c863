/** Where a setting's value came from. */
import { unreachable } from '../model/unreachable.ts';

export type Origin =
  | { readonly kind: 'default' }
  /** `line` is 1-based; absent unless positions were asked for. */
  | { readonly kind: 'file'; readonly file: string; readonly line?: number }
  | { readonly kind: 'dotenv'; readonly file: string; readonly line: number; readonly variable: string }
  | { readonly kind: 'variable'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

/** `config.toml:12`, `.env:3`, `HWFE_TIMEOUT`, `--mode`, `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'file':
      return origin.line === undefined ? origin.file : `${origin.file}:${origin.line}`;
    case 'dotenv':
      return `${origin.file}:${origin.line}`;
    case 'variable':
      return origin.variable;
    case 'flag':
      return origin.flag;
    default:
      return unreachable(origin);
  }
}
