/** What a thread keeps for its host processes: the connection to the spawner, a private directory beside its socket. */
import { mkdtempSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job } from '../contract.ts';
import { connectToSpawner } from './client.ts';
import type { ProcessClient } from './client.ts';

export interface ProcessLink {
  readonly client: ProcessClient;
  /** Goes with the spawner, so that nothing in it outlives the run. */
  readonly directory: string;
  /** Path of a file that does not exist yet, for one step's use; the step's runner removes what it wrote. */
  path(kind: string): string;
}

/** Gives a function that finds the link of a job's spawner, connecting when it is the first job or the old one is gone. */
export function processLinks(): (job: Job) => Promise<ProcessLink> {
  let current: { readonly socket: string; readonly opened: Promise<OpenLink> } | undefined;
  return async ({ spawner }) => {
    if (spawner === undefined) throw new Error('Internal error: a job for a host process names no spawner');
    const before = current?.socket === spawner ? await current.opened : undefined;
    if (before?.client.open === true) return before;
    // Another job may have seen the same meanwhile.
    if (current === undefined || current.socket !== spawner || (await current.opened) === before) {
      current = { socket: spawner, opened: openLink(spawner) };
    }
    return current.opened;
  };
}

interface OpenLink extends ProcessLink {
  readonly client: ProcessClient & { readonly open: boolean };
}

async function openLink(spawner: string): Promise<OpenLink> {
  const client = await connectToSpawner(spawner);
  const directory = mkdtempSync(join(dirname(spawner), 'thread-'));
  let files = 0;
  return { client, directory, path: (kind) => join(directory, `${++files}-${kind}`) };
}
