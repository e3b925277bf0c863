/** Where `fallback`, `case` and the like of a step name other steps. */
import type { Span } from '../model/source.ts';

export type MentioningField = 'switch' | 'fallback' | 'on_failure' | 'compensate';

export class Mentions {
  readonly #spans = new Map<string, Span>();

  add(step: string, field: MentioningField, other: string, span: Span): void {
    const key = keyOf(step, field, other);
    if (!this.#spans.has(key)) this.#spans.set(key, span);
  }

  spanOf({ name, span }: { readonly name: string; readonly span: Span }, field: MentioningField, other: string): Span {
    return this.#spans.get(keyOf(name, field, other)) ?? span;
  }
}

function keyOf(step: string, field: MentioningField, other: string): string {
  return JSON.stringify([step, field, other]);
}
