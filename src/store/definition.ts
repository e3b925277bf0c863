/** A plan as the history keeps it: all that decides what its steps do, without places in files. */
import { readFileSync } from 'node:fs';
import type { DefinedWork, StepDefinition, RunDefinition } from '../model/history.ts';
import { everyStep, nameBeside, type NamedStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { SourceFile } from '../model/source.ts';
import { isCode } from '../model/step.ts';
import type { HostWork } from '../model/host-work.ts';
import { sha256 } from './contents.ts';

export function definitionOf(plan: Plan): RunDefinition {
  const { workflow } = plan;
  const modules = new Map<string, string>();
  return {
    workflow: workflow.name,
    file: workflow.file,
    ...(workflow.inputs && { inputs: workflow.inputs }),
    steps: everyStep(plan).map((named) => stepDefinition(named, modules)),
  };
}

/** JSON has no BigInt. */
export function writeDefinition(definition: RunDefinition): Uint8Array {
  return Buffer.from(
    JSON.stringify(definition, (_, value: unknown) => (typeof value === 'bigint' ? { bigint: String(value) } : value)),
  );
}

export function readDefinition(bytes: Uint8Array): RunDefinition {
  return JSON.parse(Buffer.from(bytes).toString(), (_, value: unknown) =>
    isBigInt(value) ? BigInt(value.bigint) : value,
  ) as RunDefinition;
}

function isBigInt(value: unknown): value is { bigint: string } {
  return typeof value === 'object' && value !== null && 'bigint' in value && typeof value.bigint === 'string';
}

function stepDefinition({ step, file }: NamedStep, modules: Map<string, string>): StepDefinition {
  const dependsOn = step.dependsOn.map(({ name }) => nameBeside(step.name, name));
  if (!isCode(step)) {
    const { span: _, description: __, work, ...rest } = step;
    return { ...rest, work: definedWork(work, file), dependsOn };
  }
  const { span: _, description: __, ...rest } = step;
  const { script } = rest;
  if (script.kind !== 'module') return { ...rest, dependsOn };
  let hash = modules.get(script.path);
  if (hash === undefined) {
    hash = hashOfFile(script.path);
    modules.set(script.path, hash);
  }
  return { ...rest, dependsOn, moduleHash: hash };
}

function definedWork(work: HostWork, outer: SourceFile): DefinedWork {
  if (!('inside' in work)) return work;
  const { steps: _, file, ...inside } = work.inside;
  return { ...work, inside: { ...inside, ...(file.path !== outer.path && { file }) } };
}

/** Empty where the file cannot be read, which the step itself will tell. */
function hashOfFile(path: string): string {
  try {
    return sha256(readFileSync(path)).toString('hex');
  } catch {
    return '';
  }
}
