/** Looks names up for a connection: what one leads to is looked at there and then, so that it cannot lead elsewhere a moment later. */
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Reach } from './reach.ts';

export function checkedLookup(reach: Reach, host: string, port: number): LookupFunction {
  const { lookup } = process.getBuiltinModule('node:dns');
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      const refusal = error ?? refusalOf(reach, addresses, host, port);
      const [first] = addresses ?? [];
      if (refusal !== undefined) callback(refusal, []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

function refusalOf(reach: Reach, addresses: readonly LookupAddress[], host: string, port: number): Error | undefined {
  try {
    for (const { address } of addresses) reach.checkAddress(address, host, port);
    return undefined;
  } catch (refusal) {
    return refusal as Error;
  }
}
