// Reads what `hwfe --json` printed, without losing a byte of the outputs.
export interface PrintedEvent {
  readonly kind: string;
  readonly at: number;
  readonly step?: string;
  readonly durationMs?: number;
  readonly status?: string;
  readonly lines?: readonly { readonly stream: string; readonly text: string }[];
  readonly levels?: readonly (readonly string[])[];
}

export function eventsOf(out: string): PrintedEvent[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PrintedEvent);
}

/** Each succeeded step's output as text: it is the last field of its event, so it can be cut out as it stands. */
export function outputTexts(out: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const line of out.split('\n')) {
    const at = line.indexOf('"output":');
    if (!line.startsWith('{"kind":"step-succeeded"') || at === -1) continue;
    const { step } = JSON.parse(line) as { step: string };
    texts.set(step, line.slice(at + '"output":'.length, -1));
  }
  return texts;
}

/** What a step printed, one string. */
export function printedBy(step: string, events: readonly PrintedEvent[]): string {
  return events
    .filter((event) => event.kind === 'step-printed' && event.step === step)
    .flatMap((event) => event.lines ?? [])
    .map(({ text }) => `${text}\n`)
    .join('');
}
