/** What the actions of a workflow need of the services in the configuration: their secrets, or a section that is not there. */
import type { LlmService, MailService, Services } from '../../runners/contract.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import { everyStep, everyStepOf, nestedWork } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import { MAIN } from './services.ts';

/** Each step that reaches a service names its secret; the workflow as it came where none does. */
export function withServiceSecrets(workflow: Workflow, services: Services): Workflow {
  if (!everyStepOf(workflow).some((step) => needOf(step) !== undefined)) return workflow;
  const steps = workflow.steps.map((step): Step => {
    const nested = nestedWork(step);
    if (nested !== undefined)
      return { ...step, work: { ...nested, inside: withServiceSecrets(nested.inside, services) } } as Step;
    const secret = secretOf(step, services);
    const { secrets = [] } = step;
    return secret === undefined || secrets.includes(secret) ? step : { ...step, secrets: [...secrets, secret] };
  });
  return { ...workflow, steps };
}

/** Every step whose service the configuration says nothing of. */
export function missingServices(plan: Plan, services: Services): readonly Diagnostic[] {
  return everyStep(plan).flatMap(({ step, file }) => {
    const need = needOf(step);
    if (need === undefined || serviceFor(need, services) !== undefined) return [];
    const { name, span } = step;
    const message = `${advice(need)} where step "${name}" ${need.kind === 'llm' ? 'finds its language model' : 'sends its mail'}${guess(need, services)}`;
    return [{ code: 'service-missing', severity: 'error' as const, message, file, span }];
  });
}

type Need = { readonly kind: 'llm'; readonly service: string } | { readonly kind: 'mail' };

function needOf({ script, inputs = {} }: Step): Need | undefined {
  if (script?.kind !== 'action') return undefined;
  if (script.action === 'notify') return inputs['mail'] === undefined ? undefined : { kind: 'mail' };
  // A step that is mocked has no fields any more.
  if (script.action !== 'llm' || inputs['prompt'] === undefined) return undefined;
  const given = inputs['service'];
  return { kind: 'llm', service: given?.kind === 'constant' ? (JSON.parse(given.json) as string) : MAIN };
}

function serviceFor(need: Need, { llm, mail }: Services): LlmService | MailService | undefined {
  if (need.kind === 'mail') return mail;
  return Object.hasOwn(llm, need.service) ? llm[need.service] : undefined;
}

function secretOf(step: Step, services: Services): string | undefined {
  const need = needOf(step);
  const service = need && serviceFor(need, services);
  if (service === undefined) return undefined;
  return 'apiKey' in service ? service.apiKey : 'password' in service ? service.password : undefined;
}

function advice(need: Need): string {
  const section = need.kind === 'mail' ? 'mail' : need.service === MAIN ? 'llm' : `llm.${need.service}`;
  return `Write a section [${section}] into the configuration, which says`;
}

function guess(need: Need, { llm }: Services): string {
  if (need.kind === 'mail' || need.service === MAIN) return '';
  return didYouMean(
    need.service,
    Object.keys(llm).filter((name) => name !== MAIN),
  );
}
