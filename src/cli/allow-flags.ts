/** The flags that add to what the permissions of a workflow let its steps do. */
import type { RunOptions } from '../api.ts';
import type { Arguments, Option } from './options.ts';

export const ALLOW: readonly Option[] = [
  {
    name: 'allow-read',
    takes: 'PATHS',
    about: 'Let embedded steps read these files, such as data/ or a.csv,b.csv; may be repeated.',
  },
  { name: 'allow-write', takes: 'PATHS', about: 'Let embedded steps write these files; may be repeated.' },
  {
    name: 'allow-net',
    takes: 'HOSTS',
    about: 'Let embedded steps fetch from these hosts, such as api.example.com:443; may be repeated.',
  },
  {
    name: 'allow-env',
    takes: 'NAMES',
    about: 'Let embedded steps see these entries of their env, such as APP_*; may be repeated.',
  },
  { name: 'allow-clock', about: 'Let embedded steps ask for the time, where the workflow refuses it.' },
  { name: 'allow-random', about: 'Let embedded steps ask for random numbers, where the workflow refuses them.' },
];

/** What is wrong with a host that is to be allowed. */
export async function wrongHost(args: Arguments): Promise<string | undefined> {
  if (!args.has('allow-net')) return undefined;
  const { isHost } = await import('../parse/fields/permission-fields.ts');
  const wrong = allowed(args).allow?.net?.find((host) => !isHost(host));
  if (wrong === undefined) return undefined;
  return `The flag "--allow-net" takes hosts, such as api.example.com:443 or *.example.com, and ${JSON.stringify(wrong)} is none`;
}

/** Nothing where nothing is added. */
export function allowed(args: Arguments): Pick<RunOptions, 'allow'> {
  const listed = (name: string): string[] =>
    args.values(name).flatMap((value) => value.split(',').filter((path) => path !== ''));
  const [read, write, net, env] = (['read', 'write', 'net', 'env'] as const).map((what) => listed(`allow-${what}`));
  const allow = {
    ...(read!.length > 0 && { read: read! }),
    ...(write!.length > 0 && { write: write! }),
    ...(net!.length > 0 && { net: net! }),
    ...(env!.length > 0 && { env: env! }),
    ...(args.has('allow-clock') && { clock: true as const }),
    ...(args.has('allow-random') && { random: true as const }),
  };
  return Object.keys(allow).length === 0 ? {} : { allow };
}
