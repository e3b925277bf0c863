/** Puts the process of a step into bubblewrap: which parts of the machine it sees there, and which it may write. */
import { existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import type { Job, Outcome } from '../contract.ts';
import { bindsFor } from '../grants/binds.ts';
import { BARE } from './bubblewrap.ts';
import type { ProcessLink } from './link.ts';
import type { SpawnRequest } from './protocol.ts';

/** Programs, libraries and what goes with them. */
const SYSTEM: readonly string[] = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/opt',
  '/nix/store',
  '/gnu/store',
];
/** Of `/etc` only what ordinary programs look up: the rest may hold keys and passwords. Each costs a quarter of a millisecond. */
const ETC: readonly string[] = [
  'alternatives',
  'group',
  'ld.so.cache',
  'localtime',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'passwd',
  'pki/tls/certs',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
];
/** What of `/etc` programs need to find hosts by their names. */
const NAMES: readonly string[] = ['/etc/hosts', '/etc/resolv.conf'];
/** Where nothing of the host is shown: each has a content of its own in the sandbox. */
const TMP = '/tmp';
const OWN: readonly string[] = ['/', '/proc', '/dev', TMP];
/** Processes of bubblewrap itself beside those of the step. */
const ITS_OWN_PROCESSES = 2;

/** In a sandbox, a step writes to a directory of its own, so that it cannot prepare what a later one finds; it goes with the step. */
export async function withOwnLink(
  job: Job,
  shared: ProcessLink,
  run: (link: ProcessLink) => Promise<Outcome>,
): Promise<Outcome> {
  if (job.bubblewrap === undefined) return run(shared);
  const directory = shared.path('step');
  mkdirSync(directory, { mode: 0o700 });
  let files = 0;
  const outcome = await run({ ...shared, directory, path: (kind) => join(directory, `${++files}-${kind}`) });
  rmSync(directory, { recursive: true, force: true });
  return outcome;
}

/**
 * The request inside bubblewrap, where the job is to run there: no network, no processes but its own, the system's
 * programs and the working directory to read; `HWFE_WORKDIR`, the run's `/tmp` and `directory` to write; and what the job
 * was granted besides.
 * `needs` are further paths that the step's program reads.
 */
export function sandboxed(
  request: SpawnRequest,
  job: Job,
  directory: string,
  needs: () => readonly string[],
): SpawnRequest {
  if (job.bubblewrap === undefined) return request;
  const granted = bindsFor(job.grants);
  const readable = [...searched(job.env['PATH']), ...needs(), request.cwd, ...granted.read];
  const shown = readable.filter((path) => !isShown(path));
  const writable = [...granted.write.filter((path) => !isOwn(path)), job.workdir, directory].filter(
    (path) => path !== '',
  );
  const args = [
    ...BARE,
    ...(granted.network ? ['--share-net'] : []),
    ...systemParts(),
    ...(granted.network ? NAMES.flatMap(shownBehindLinks) : []),
    '--bind',
    job.tmp,
    TMP,
    ...firstBelowTmp([...shown, ...writable]).flatMap((path) => ['--tmpfs', path]),
    ...[...new Set(shown)].flatMap((path) => ['--ro-bind-try', path, path]),
    ...writable.flatMap((path) => ['--bind', path, path]),
    // Above what is shown there are directories of the sandbox's own, which nobody is to take for the machine's.
    '--remount-ro',
    '/',
    '--chdir',
    request.cwd,
    '--',
  ];
  const { limits } = request;
  const processes = limits?.processes === undefined ? undefined : limits.processes + ITS_OWN_PROCESSES;
  return {
    ...request,
    argv: [job.bubblewrap, ...args, ...request.argv],
    env: { ...request.env, HOME: TMP, TMPDIR: TMP },
    ...(limits !== undefined && { limits: { ...limits, ...(processes !== undefined && { processes }) } }),
    sandboxed: true,
  };
}

/** What an interpreter needs beside itself, where it is no program of the system: `~/.pyenv/versions/3.12` for `…/bin/python3`. */
export function installationOf(program: string): readonly string[] {
  const real = realpathSync(program);
  const directory = dirname(real);
  const installation = dirname(directory);
  // `~/.local` and the home directory hold far more than programs.
  const isOwn = /^(?:bin|shims)$/.test(basename(directory)) && !/^\.local$/.test(basename(installation));
  return [program, isOwn && installation !== homedir() ? installation : real];
}

/**
 * A name in `/tmp` below which something is shown gets a layer of its own: what another step of the run puts there, such as
 * a link, then leads nowhere.
 */
function firstBelowTmp(paths: readonly string[]): readonly string[] {
  const below = paths.filter((path) => path.startsWith(TMP + sep));
  return [...new Set(below.map((path) => path.split(sep, 3).join(sep)))];
}

function searched(path = ''): readonly string[] {
  return path.split(delimiter).filter((directory) => isAbsolute(directory));
}

function isOwn(path: string): boolean {
  return OWN.includes(path) || ['/proc/', '/dev/'].some((own) => path.startsWith(own));
}

function isShown(path: string): boolean {
  return isOwn(path) || SYSTEM.some((part) => path === part || path.startsWith(part + sep));
}

let parts: readonly string[] | undefined;

/** Arguments that show the system's programs, libraries and what goes with them. */
export function systemParts(): readonly string[] {
  parts ??= [...SYSTEM, ...ETC.map((name) => join('/etc', name))].flatMap(shownAsItIs);
  return parts;
}

function shownAsItIs(path: string): readonly string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

/** A link there leads to what the sandbox does not have. */
function shownBehindLinks(path: string): readonly string[] {
  return existsSync(path) ? ['--ro-bind', realpathSync(path), path] : [];
}
