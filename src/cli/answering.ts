/** Says something to a run of another process, or to one that is parked, and tells what became of it. */
import { userInfo } from 'node:os';
import type { PastRun } from '../model/history.ts';
import type { Answer, Pending } from '../model/pending.ts';
import type { StepRecord } from '../model/record.ts';
import { formatMoment } from '../terminal/moment.ts';
import type { Console } from './console.ts';
import { type Reading, wrong } from './history.ts';
import { STATUS } from './status.ts';

/** The run looks twice a second. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 50;

/** Of the system, or as they call themselves. */
export function speaker(as: string | undefined): string {
  if (as !== undefined && as !== '') return as;
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that its system does not know.
    return String(process.getuid?.() ?? 'somebody');
  }
}

/** A step that asks a person. */
export interface Question {
  readonly step: string;
  readonly pending: Pending & { readonly for: 'person'; readonly ask: string };
}

/** The run that is meant and the question in it; where there is none, that has been reported. */
export async function questionFor({ args, console, history }: Reading): Promise<[PastRun, Question] | undefined> {
  const [name, step] = args.words;
  const found = name === undefined ? latestAsking(history) : history.find(name);
  if (!found.ok) {
    wrong(console, found.error);
    return undefined;
  }
  const run = found.value;
  const records = [...history.record(run).steps.values()];
  const questions = records.flatMap((record) => questionOf(record) ?? []);
  if (run.status !== 'running' && run.status !== 'parked' && run.status !== 'interrupted') {
    wrong(console, `Run "${run.id}" asks nobody; its status is "${run.status}"`);
    return undefined;
  }
  const asked =
    step === undefined ? (questions.length === 1 ? questions[0] : undefined) : questions.find((q) => q.step === step);
  if (asked !== undefined) return [run, asked];
  const others = questions.map((question) => `"${question.step}"`).join(', ');
  const instead = others === '' ? 'no step of it does' : `these do: ${others}`;
  if (step === undefined) {
    wrong(console, others === '' ? `Run "${run.id}" asks nobody now` : `Name the step to answer: ${others}`);
    return undefined;
  }
  const record = records.find((each) => each.name === step);
  if (record === undefined) {
    const { didYouMean } = await import('../model/nearest.ts');
    wrong(
      console,
      `The run has no step "${step}"${didYouMean(
        step,
        records.map((each) => each.name),
      )}`,
    );
  } else if (record.answered === undefined) {
    wrong(console, `Step "${step}" does not wait for an answer, it is ${record.status}; ${instead}`);
  } else wrong(console, `Step "${step}" was ${answeredBy(record)} already; ${instead}`);
  return undefined;
}

/** Puts the answer where the run finds it, and waits until it has. */
export async function deliverAnswer(
  { history, console }: Reading,
  run: PastRun,
  { step, pending }: Question,
  answer: Answer,
): Promise<number> {
  if (run.status !== 'running' && pending.until !== undefined && pending.until < answer.at) {
    const end = `The time to answer step "${step}" was over at ${formatMoment(pending.until)}`;
    return wrong(console, `${end}; go on with the run as it is: hwfe resume ${run.id}`);
  }
  const posted = history.inbox.answer(run.id, step, pending.ask, answer);
  if (!posted.ok) {
    const { by, at } = posted.error;
    return wrong(console, `Step "${step}" was answered by ${by} at ${formatMoment(at)} already, and that stands`);
  }
  if (run.status !== 'running') {
    console.out.lines([`Step "${step}" is ${answer.how}; go on with the run: hwfe resume ${run.id}`]);
    return STATUS.succeeded;
  }
  for (const startedAt = Date.now(); Date.now() - startedAt < PATIENCE_MS; ) {
    const { answered } = history.record(run).steps.get(step) ?? {};
    if (answered !== undefined && answered.letter === posted.value) {
      console.out.lines([`Step "${step}" of run ${run.id} is ${answer.how}.`]);
      return STATUS.succeeded;
    }
    if (answered !== undefined && answered.at >= answer.at)
      return wrong(
        console,
        `Step "${step}" was ${answered.how} by ${answered.by} at ${formatMoment(answered.at)} already, and that stands`,
      );
    const now = history.runNamed(run.id);
    if (now !== undefined && now.status !== 'running') break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  console.out.lines([`Step "${step}" is ${answer.how}, as soon as run ${run.id} looks, or once it is resumed.`]);
  return STATUS.succeeded;
}

function questionOf({ name, status, pending }: StepRecord): Question | undefined {
  return status === 'pending' && pending?.for === 'person' ? { step: name, pending } : undefined;
}

function answeredBy({ answered }: StepRecord): string {
  const { how, by, at } = answered!;
  return how === 'timed-out' ? 'out of time' : `${how} by ${by} at ${formatMoment(at)}`;
}

function latestAsking(history: Reading['history']): ReturnType<Reading['history']['find']> {
  const runs = (['running', 'parked'] as const).flatMap((status) => history.runs({ status, limit: 20 }));
  const asking = runs
    .sort((a, b) => b.startedAt - a.startedAt)
    .find((run) => [...history.record(run).steps.values()].some((record) => questionOf(record) !== undefined));
  return asking === undefined ? { ok: false, error: 'No run asks anybody now' } : { ok: true, value: asking };
}

/** Goes on with a parked run in this process. */
export async function resumeRun(id: string, console: Console): Promise<number> {
  const [{ resume }, { readArguments }] = await Promise.all([import('./commands/resume.ts'), import('./options.ts')]);
  const args = readArguments([id], resume.options);
  if (!args.ok) throw new Error(`Internal error: ${args.error}`);
  return resume.run(args.value, console);
}
