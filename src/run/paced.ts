/** Language models with a cell each that all threads of the process share, in which they note when the next request may be sent. */
import type { LlmService, Services } from '../../runners/contract.ts';

export function paced(services: Services): Services {
  return withEach(services, (service) =>
    service.everyMs === undefined ? service : { ...service, next: new BigInt64Array(new SharedArrayBuffer(8)) },
  );
}

/** For a process of its own, which shares no memory. */
export function unpaced(services: Services): Services {
  return withEach(services, ({ next: _next, ...service }) => service);
}

function withEach(services: Services, change: (service: LlmService) => LlmService): Services {
  const llm = Object.entries(services.llm).map(([name, service]) => [name, change(service)] as const);
  return { ...services, llm: Object.fromEntries(llm) };
}
