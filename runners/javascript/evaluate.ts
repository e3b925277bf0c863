/** Evaluates a step's code, which may be a script or a module. */
import type { QuickJSHandle } from 'quickjs-emscripten';
import type { Job, Script, StepFailure } from '../contract.ts';
import { notRunnable } from './failure.ts';
import type { Thrown } from './guest/kernel.ts';
import type { Sandbox } from './sandbox.ts';
import type { Throws } from './thrown.ts';

const MODULE_WORDS = /\b(?:export|import|await)\b/;
const OWN_RUN = /\b(?:function\s*\*?|const|let|var|class)\s+run\b/;

interface CodeJob extends Pick<Job, 'step'> {
  readonly script: Extract<Script, { kind: 'code' }>;
}

/** The code as a script; if it cannot be one but may be a module, as that. */
export function evaluate(
  sandbox: Sandbox,
  { step, script }: CodeJob,
  throws: Throws,
): { handle: QuickJSHandle } | { failure: StepFailure } {
  const { code, origin } = script;
  if (isSurelyModule(code)) return evaluateModule(sandbox, { step, script }, throws);
  const { context } = sandbox;
  const evaluated = context.evalCode(code, step, { type: 'global' });
  if (evaluated.error === undefined) return { handle: context.undefined };
  const thrown = throws.describe(evaluated.error);
  if (!isSyntaxErrorOf(thrown, step)) return { failure: throws.failureOf(thrown) };
  if (!MODULE_WORDS.test(code)) return { failure: notRunnable(thrown, step, origin) };
  return evaluateModule(sandbox, { step, script }, throws);
}

function evaluateModule(
  sandbox: Sandbox,
  { step, script: { code, origin } }: CodeJob,
  throws: Throws,
): { handle: QuickJSHandle } | { failure: StepFailure } {
  const whole = OWN_RUN.test(code) ? `${code}\nexport { run as hwfe_run };` : code;
  const module = sandbox.context.evalCode(whole, step, { type: 'module' });
  if (module.error === undefined) return { handle: module.value };
  const thrown = throws.describe(module.error);
  const unparsed = isSyntaxErrorOf(thrown, step) || thrown.message.startsWith('There is no module ');
  return { failure: unparsed ? notRunnable(thrown, step, origin) : throws.failureOf(thrown) };
}

/** A line that begins with `export` where no template, comment or continued string can be open; the other try is spared then. */
function isSurelyModule(code: string): boolean {
  const at = code.search(/^[ \t]*export\b/m);
  return at !== -1 && !/`|\/\*|\\\n$/.test(code.slice(0, at));
}

/** Whether the code itself failed to parse, rather than threw a SyntaxError: only then the stack is its bare place. */
function isSyntaxErrorOf(thrown: Thrown, chunk: string): boolean {
  return thrown.name === 'SyntaxError' && thrown.stack.startsWith(`    at ${chunk}:`);
}
