/** Keeps requests to a language model as far apart as the configuration says, over all threads. */
import type { LlmService } from '../../contract.ts';

/** For a process without shared memory, by what the service is. */
const OWN = new Map<string, BigInt64Array>();

/** Resolves when it is this request's turn. */
export async function nextTurn(service: LlmService): Promise<void> {
  const { everyMs, next = ownCell(service) } = service;
  if (everyMs === undefined) return;
  const every = BigInt(Math.ceil(everyMs * 1000));
  for (;;) {
    const now = BigInt(Date.now()) * 1000n;
    const free = Atomics.load(next, 0);
    const mine = free > now ? free : now;
    if (Atomics.compareExchange(next, 0, free, mine + every) !== free) continue;
    const waitMs = Number(mine - now) / 1000;
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    return;
  }
}

function ownCell({ provider, baseUrl, apiKey }: LlmService): BigInt64Array {
  const key = `${provider} ${baseUrl} ${apiKey}`;
  const cell = OWN.get(key) ?? new BigInt64Array(1);
  OWN.set(key, cell);
  return cell;
}
