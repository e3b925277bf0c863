/** A connection to a granted host, for what is spoken over it is not HTTP. */
import type { Socket } from 'node:net';
import { checkedLookup } from './checked-lookup.ts';
import { familyOf } from './hosts.ts';
import type { Reach } from './reach.ts';

/** Rejects with `Refused` where it is not granted, else as the system does. */
export function connect(reach: Reach, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const net = process.getBuiltinModule('node:net');
  return new Promise((resolve, reject) => {
    reach.check(host, port);
    if (familyOf(host) !== 0) reach.checkAddress(host, host, port);
    const socket = net.connect({ host, port, lookup: checkedLookup(reach, host, port) });
    const timer = setTimeout(() => socket.destroy(new Error('it does not answer')), timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
