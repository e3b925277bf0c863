/** Turns events into JSON Lines; docs/events.md describes each kind. */
import type { RunEvent, RunListener } from '../model/event.ts';
import { harmlessBytes, harmlessJson } from './harmless-json.ts';

/** `write` takes one event as the pieces of one line; a step's output is the bytes of its canonical text, but for characters that steer terminals. */
export function createJsonReport(write: (pieces: readonly (string | Uint8Array)[]) => void): RunListener {
  return { onEvent: (event) => write(jsonLine(event)) };
}

export function jsonLine(event: RunEvent): (string | Uint8Array)[] {
  const { kind, at, run, ...rest } = event;
  const head = { kind, at, run };
  if (event.kind === 'memory-changed') {
    const changes = event.changes.flatMap((change, i) => {
      const { act, key } = change;
      const text = harmlessJson(JSON.stringify({ act, key }));
      const comma = i === 0 ? '' : ',';
      if (change.act === 'delete') return [`${comma}${text}`];
      return [`${comma}${text.slice(0, -1)},"value":`, harmlessBytes(change.value), '}'];
    });
    return [`${JSON.stringify(head).slice(0, -1)},"changes":[`, ...changes, ']}\n'];
  }
  const field = VALUES[kind];
  const { [field ?? '']: value, ...others } = rest as Record<string, unknown>;
  const text = harmlessJson(JSON.stringify({ ...head, ...others }));
  if (!(value instanceof Uint8Array)) return [`${text}\n`];
  return [`${text.slice(0, -1)},"${field}":`, harmlessBytes(value), '}\n'];
}

/** The field that is canonical text already. */
const VALUES: { readonly [K in RunEvent['kind']]?: string } = {
  'step-succeeded': 'output',
  'step-split': 'items',
  'step-items': 'outputs',
  'run-returned': 'outputs',
};
