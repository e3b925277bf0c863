/** Writes a workflow in TypeScript: the same fields as in a file, checked by the compiler. */
import type { WorkflowDefinition } from './parse/definition.ts';
import type { StepDefinition } from './parse/step-definition.ts';

/** A step whose dependencies can only be steps of the same workflow. */
export type StepAmong<Names extends string> = Omit<
  StepDefinition,
  'depends_on' | 'case' | 'default' | 'fallback' | 'on_failure'
> & {
  depends_on?: NoInfer<Names> | readonly NoInfer<Names>[];
  case?: Record<string, NoInfer<Names> | readonly NoInfer<Names>[]>;
  default?: NoInfer<Names> | readonly NoInfer<Names>[] | boolean | Record<string, unknown>;
  fallback?: NoInfer<Names>;
  compensate?: NoInfer<Names>;
  on_failure?: NoInfer<Names> | readonly NoInfer<Names>[];
};

/**
 * Gives its argument back as a definition for `engine.define`. A misspelt field, or a dependency on a step that does not
 * exist, is a type error where it stands.
 */
export function defineWorkflow<Names extends string>(
  definition: Omit<WorkflowDefinition, 'steps' | 'tasks' | 'on_failure' | 'finally'> & {
    steps: { [Name in Names]: StepAmong<Names> };
    on_failure?: NoInfer<Names> | readonly NoInfer<Names>[];
    finally?: NoInfer<Names> | readonly NoInfer<Names>[];
  },
): WorkflowDefinition {
  return definition;
}
