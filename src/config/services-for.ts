/** The steps of a workflow with the secrets of the services that their actions reach, or what the configuration lacks for them. */
import type { Services } from '../../runners/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Step, Workflow } from '../model/workflow.ts';
import { MAIN } from './services.ts';

/** The workflow as it came where none of its steps reaches one. */
export function withServices(workflow: Workflow, services: Services): Result<Workflow, readonly Diagnostic[]> {
  if (!workflow.steps.some(({ script }) => script?.kind === 'action')) return ok(workflow);
  const problems: Diagnostic[] = [];
  const steps = workflow.steps.map((step): Step => {
    const secret = secretFor(step, services);
    if (!secret.ok) {
      const { file } = workflow;
      problems.push({ code: 'service-missing', severity: 'error', message: secret.error, file, span: step.span });
      return step;
    }
    const { secrets = [] } = step;
    return secret.value === undefined || secrets.includes(secret.value)
      ? step
      : { ...step, secrets: [...secrets, secret.value] };
  });
  return problems.length > 0 ? fail(problems) : ok({ ...workflow, steps });
}

/** Its name, if it needs one. */
function secretFor({ name, script, inputs = {} }: Step, { llm, mail }: Services): Result<string | undefined, string> {
  if (script?.kind !== 'action') return ok(undefined);
  if (script.action === 'llm') {
    const given = inputs['service'];
    const service = given?.kind === 'constant' ? (JSON.parse(given.json) as string) : MAIN;
    const found = Object.hasOwn(llm, service) ? llm[service] : undefined;
    if (found !== undefined) return ok(found.apiKey);
    const section = service === MAIN ? 'llm' : `llm.${service}`;
    const guess =
      service === MAIN
        ? ''
        : didYouMean(
            service,
            Object.keys(llm).filter((one) => one !== MAIN),
          );
    return fail(
      `Write a section [${section}] into the configuration, which says where step "${name}" finds its language model${guess}`,
    );
  }
  if (script.action !== 'notify' || inputs['mail'] === undefined) return ok(undefined);
  if (mail !== undefined) return ok(mail.password);
  return fail(`Write a section [mail] into the configuration, which says where step "${name}" sends its mail`);
}
