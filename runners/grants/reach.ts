/** Where on the network a step may go: every host and every address is asked about here before anything is sent. */
import type { GrantLayer, Grants } from '../contract.ts';
import type { Denial } from './denial.ts';
import { Refused } from './hops.ts';
import { familyOf, isLoopback, isPrivate, matchesHost } from './hosts.ts';

export class Reach {
  /** The last act that was denied, whether or not the step noticed. */
  denied: Denial | undefined;
  readonly #layers: readonly (Pick<GrantLayer, 'from'> & { readonly net: readonly string[] })[];

  /** Without grants, nothing is granted. */
  constructor(grants: Grants | undefined) {
    this.#layers = (grants?.layers ?? []).map(({ from, net = [] }) => ({ from, net }));
  }

  /** Whether any host was granted. */
  get isOpen(): boolean {
    return this.#layers.length > 0 && this.#layers.every(({ net }) => net.length > 0);
  }

  /** Throws `Refused` for a host that is not granted, by its name or as the address that it is. */
  check(host: string, port: number): void {
    const against = this.#layers.find(({ net }) => !net.some((pattern) => matchesHost(pattern, host, port)));
    if (this.#layers.length > 0 && against === undefined) return;
    const place = placeOf(host, port);
    this.#deny(place, `${place} is not granted to be reached`, '', against?.from ?? 'step');
  }

  /** A name that leads into a private network needs that address granted too; `localhost` says what it is. */
  checkAddress(address: string, host: string, port: number): void {
    if (!isPrivate(address)) return;
    if (isLoopback(address) && (host === 'localhost' || host.endsWith('.localhost'))) return;
    const against = this.#layers.find(
      ({ net }) => !net.some((pattern) => !pattern.startsWith('*') && matchesHost(pattern, address, port)),
    );
    if (against === undefined) return;
    const place = placeOf(address, port);
    const leads = address === host ? '' : `, where ${host} leads, in a private network,`;
    this.#deny(place, `${host}:${port} leads into a private network, which is not granted`, leads, against.from);
  }

  #deny(place: string, told: string, leads: string, whose: 'step' | 'workflow'): never {
    this.denied = {
      told,
      message: `The step may not reach ${place}${leads} as the permissions of the ${whose} do not name it`,
      grant: `permissions = { net = [${JSON.stringify(place)}] }`,
    };
    throw new Refused(told);
  }
}

function placeOf(host: string, port: number): string {
  return `${familyOf(host) === 6 ? `[${host}]` : host}:${port}`;
}
