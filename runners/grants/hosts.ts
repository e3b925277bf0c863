/** Which hosts a pattern names, and which addresses are private to a machine or its network. */
import type net from 'node:net';
import type { BlockList } from 'node:net';

/** Few steps reach a host, and loading the module takes its time. */
const addresses = (): typeof net => process.getBuiltinModule('node:net');

/** 4, 6, or 0 for a name. */
export function familyOf(host: string): number {
  return addresses().isIP(host);
}

/** `api.example.com`, `*.example.com`, `*`, with a port behind a colon; without one, the ports of http and https. */
const PATTERN = /^(\*|(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

export function isHostPattern(text: string): boolean {
  const port = PATTERN.exec(text)?.[2];
  return PATTERN.test(text) && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

/** `host` is a name or an address without brackets. */
export function matchesHost(pattern: string, host: string, port: number): boolean {
  const [, named, wantedPort] = PATTERN.exec(pattern.toLowerCase()) ?? [];
  if (named === undefined) return false;
  if (wantedPort === undefined ? port !== 80 && port !== 443 : Number(wantedPort) !== port) return false;
  const wanted = named.replace(/^\[(.*)\]$/, '$1');
  if (wanted === '*') return true;
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1 : host === wanted;
}

/** An address of the machine itself or of its network, of many hosts at once, or of none. */
export function isPrivate(address: string): boolean {
  const family = familyOf(address);
  if (family === 4) return ranges().v4.check(address, 'ipv4');
  if (family !== 6) return true;
  // Global ones begin with 2 or 3; some of these are another address in disguise.
  return !ranges().global.check(address, 'ipv6') || ranges().disguised.check(address, 'ipv6');
}

export function isLoopback(address: string): boolean {
  return address === '::1' || (familyOf(address) === 4 && address.startsWith('127.'));
}

interface Ranges {
  readonly v4: BlockList;
  readonly global: BlockList;
  readonly disguised: BlockList;
}

let made: Ranges | undefined;

function ranges(): Ranges {
  made ??= {
    v4: listOf('ipv4', [
      ['0.0.0.0', 8],
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['127.0.0.0', 8],
      ['169.254.0.0', 16],
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
      ['224.0.0.0', 3],
    ]),
    global: listOf('ipv6', [['2000::', 3]]),
    disguised: listOf('ipv6', [
      ['2001::', 32],
      ['2002::', 16],
    ]),
  };
  return made;
}

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new (addresses().BlockList)();
  for (const [start, prefix] of subnets) list.addSubnet(start, prefix, family);
  return list;
}
