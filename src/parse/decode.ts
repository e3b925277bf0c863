/** A document becomes a Workflow, or all that is wrong with it. */
import { basename, extname } from 'node:path';
import { fail, ok, type Result } from '../model/result.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import { boundsOf } from './concurrency.ts';
import type { Document, Entry, TableValue } from './document.ts';
import { readFields } from './fields/collections.ts';
import { respelt } from './fields/respelt.ts';
import { WORKFLOW_FIELDS, type WorkflowFields } from './fields/workflow-fields.ts';
import type { ParsedWorkflow, ParseFailure } from './index.ts';
import { readInputs } from './inputs.ts';
import type { Scope } from './nested.ts';
import { workflowPermissions } from './permissions.ts';
import { workflowLimits } from './limits.ts';
import { Lines } from './lines.ts';
import { Mistakes } from './mistakes.ts';
import { resolveNames } from './names.ts';
import { readOutputs } from './returns.ts';
import { sharedMemory } from './sharing.ts';
import { decodeStep } from './step.ts';
import type { StepContext } from './step-context.ts';
import { Uses } from './templates/uses.ts';

export interface DecodeOptions {
  readonly cwd: string;
  readonly modulesDir: string;
  /** Where code files and modules are looked up. */
  readonly directory: string;
}

export function decodeWorkflow(document: Document, options: DecodeOptions): Result<ParsedWorkflow, ParseFailure> {
  const { file, root } = document;
  const mistakes = new Mistakes(file, document.mistakes);
  const known = readFields(root, WORKFLOW_FIELDS, mistakes, (name) => `"${name}"`, 'the workflow');
  const meant = respelt(root, ['steps', 'tasks'], WORKFLOW_FIELDS, mistakes);
  const fields = { ...known, ...meant?.fields };
  const lines = new Lines(file.text);
  const memory = sharedMemory(fields.memory, mistakes);
  const bounds = boundsOf(fields.pools, fields);
  const context: StepContext = {
    ...options,
    file,
    lines,
    mistakes,
    uses: new Uses(file.text, lines),
    env: fields.env ?? new Map(),
    limits: workflowLimits(fields.limits),
    isolation: fields.isolation,
    cache: fields.cache,
    deterministic: fields.deterministic,
    secrets: fields.secrets?.map(({ text }) => text),
    permissions: workflowPermissions(fields.permissions),
    bounds,
    isShared: memory !== undefined,
    isObject: document.isObject === true,
    around: [],
    files: [],
  };

  const declared: Step[] = [];
  const names: Outline['steps'][number][] = [];
  const inside = new Map<string, Scope>();
  for (const [name, entry] of declaredSteps(meant?.table ?? root, fields, mistakes)) {
    const decoded = decodeStep(name, entry, context);
    const { step, dependsOn } = decoded;
    names.push({
      name,
      span: entry.keySpan,
      dependsOn,
      ...(step?.inputs && { inputs: step.inputs }),
      ...(step && { language: step.language }),
    });
    if (step !== undefined) declared.push(step);
    if (decoded.inside !== undefined) inside.set(name, decoded.inside);
  }
  const inputs = readInputs(fields.inputs, mistakes);
  const outputs = readOutputs(fields.outputs, lines, context);
  const ends = { onFailure: fields.on_failure ?? [], finally: fields.finally ?? [] };
  const { steps, outline } = resolveNames(
    { file, inputs, env: context.env, steps: declared, outline: { file, steps: names }, ends, inside },
    context.uses,
    mistakes,
  );
  const { files } = context;
  if (mistakes.fatal) return fail({ diagnostics: mistakes.found, outline, files });

  const workflow: Workflow = {
    name: fields.name ?? basename(file.path, extname(file.path)),
    ...(fields.description !== undefined && { description: fields.description }),
    file,
    ...(fields.tags !== undefined && { tags: fields.tags.map(({ text }) => text) }),
    ...(fields.mode !== undefined && { mode: fields.mode }),
    ...(fields.max_parallel_steps !== undefined && { maxParallelSteps: fields.max_parallel_steps }),
    ...(bounds.pools.length > 0 && { pools: bounds.pools }),
    ...(fields.lock && { lock: fields.lock }),
    ...(fields.failure_mode !== undefined && { failureMode: fields.failure_mode }),
    ...(fields.timeout !== undefined && { timeoutMs: fields.timeout }),
    ...(memory !== undefined && { memory }),
    ...(context.secrets !== undefined && { secrets: context.secrets }),
    ...(inputs.length > 0 && { inputs }),
    ...(outputs.length > 0 && { outputs }),
    steps,
  };
  return ok({ workflow, warnings: mistakes.found, files });
}

/** The entries of `steps` and `tasks` in file order. */
function declaredSteps(root: TableValue, fields: WorkflowFields, mistakes: Mistakes): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  for (const table of [fields.steps, fields.tasks]) {
    for (const [name, entry] of table?.entries ?? []) {
      const first = found.get(name);
      if (first === undefined) found.set(name, entry);
      else {
        const related = [{ message: 'first defined here', span: first.keySpan }];
        mistakes.add('duplicate-step', entry.keySpan, `Rename one of the two steps called "${name}"`, related);
      }
    }
  }
  const given = root.entries.get('steps') ?? root.entries.get('tasks');
  if (given === undefined) {
    mistakes.add('empty-steps', root.span, 'Give the workflow at least one step in "steps"; it has none');
  } else if (found.size === 0 && (fields.steps ?? fields.tasks) !== undefined) {
    mistakes.add('empty-steps', given.keySpan, 'Give the workflow at least one step; its "steps" are empty');
  }
  const both = fields.steps !== undefined && fields.tasks !== undefined;
  return both ? new Map([...found].sort(([, a], [, b]) => a.keySpan.start - b.keySpan.start)) : found;
}
