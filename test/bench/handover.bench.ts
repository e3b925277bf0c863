/** What it takes to hand 100,000 records from one language to the next, beside plain Node. */
import { createEngine, type StepDefinition } from 'hwfe';
import { median, ms, report, times } from './report.ts';

const RECORDS = 100_000;
const ROUNDS = 3;

/** Makes the records, and passes them on as they came. */
const LANGUAGES: Record<string, { make: StepDefinition; pass: StepDefinition }> = {
  lua: {
    make: {
      language: 'lua',
      code: `function run()
  local all = {}
  for i = 1, ${RECORDS} do
    all[i] = { id = i, name = "name " .. i, score = i + 0.5, active = i % 2 == 0, city = "Zürich", tag = "a,b" }
  end
  return all
end`,
    },
    pass: { language: 'lua', code: 'function run(inputs) return inputs.from end' },
  },
  javascript: {
    make: {
      language: 'javascript',
      code: `function run() {
  return Array.from({ length: ${RECORDS} }, (_, i) => ({ id: i, name: 'name ' + i, score: i + 0.5, active: i % 2 === 0, city: 'Zürich', tag: 'a,b' }));
}`,
    },
    pass: { language: 'javascript', code: 'function run(inputs) { return inputs.from; }' },
  },
  python: {
    make: {
      language: 'python',
      code: `def run():
    return [{"id": i, "name": f"name {i}", "score": i + 0.5, "active": i % 2 == 0, "city": "Zürich", "tag": "a,b"} for i in range(${RECORDS})]`,
    },
    pass: { language: 'python', code: 'def run(inputs):\n    return inputs["from"]' },
  },
  shell: {
    make: {
      language: 'shell',
      code: `{ printf '['; seq ${RECORDS} | awk 'NR > 1 { printf "," } { printf "{\\"active\\":%s,\\"city\\":\\"Zürich\\",\\"id\\":%d,\\"name\\":\\"name %d\\",\\"score\\":%d.5,\\"tag\\":\\"a,b\\"}", ($1 % 2 ? "false" : "true"), $1, $1, $1 }'; printf ']'; } > "$HWFE_OUTPUT"`,
    },
    pass: { language: 'shell', code: 'cat "$INPUT_FROM_FILE" > "$HWFE_OUTPUT"' },
  },
};

export async function run(): Promise<void> {
  const engine = createEngine();
  const rows: string[][] = [];
  const baseline = plainNode();
  for (const [from, { make }] of Object.entries(LANGUAGES)) {
    const row: string[] = [from];
    for (const { pass } of Object.values(LANGUAGES)) {
      const plan = await engine.define({
        mode: 'sequential',
        steps: { from: make, to: { ...pass, depends_on: 'from' } },
      });
      if (!plan.ok) throw new Error(plan.error[0]?.message);
      const samples: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const record = await engine.start(plan.value).finished;
        const to = record.steps.get('to');
        if (record.status !== 'succeeded' || to?.durationMs === undefined) throw new Error(JSON.stringify(to?.failure));
        if (round > 0) samples.push(to.durationMs);
      }
      const took = median(samples);
      row.push(`${ms(took)} (${times(took / baseline)})`);
    }
    rows.push(row);
  }
  await engine[Symbol.asyncDispose]();
  report('handover', [
    {
      title: `${RECORDS.toLocaleString('en')} records of 6 fields, from the language of the row into the language of the column`,
      columns: ['', ...Object.keys(LANGUAGES)],
      rows: [...rows, ['plain Node', ms(baseline), '', '', '']],
      note: 'The time of the whole receiving step on a warm thread: reading its input, a `run` that gives it back, and writing it out again. Plain Node is `JSON.stringify`, `structuredClone` of the text and `JSON.parse` of the same records.',
    },
  ]);
}

function plainNode(): number {
  const records = Array.from({ length: RECORDS }, (_, i) => ({
    active: i % 2 === 0,
    city: 'Zürich',
    id: i,
    name: `name ${i}`,
    score: i + 0.5,
    tag: 'a,b',
  }));
  const samples: number[] = [];
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    JSON.parse(structuredClone(JSON.stringify(records)));
    samples.push(performance.now() - started);
  }
  return median(samples);
}
