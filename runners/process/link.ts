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
  let current: { socket: string; client: ProcessClient & { readonly open: boolean }; link: ProcessLink } | undefined;
  return async (job) => {
    if (job.spawner === undefined) throw new Error('Internal error: a job for a host process names no spawner');
    if (current?.socket === job.spawner && current.client.open) return current.link;
    const client = await connectToSpawner(job.spawner);
    const directory = mkdtempSync(join(dirname(job.spawner), 'thread-'));
    let files = 0;
    const link: ProcessLink = { client, directory, path: (kind) => `${directory}/${++files}-${kind}` };
    current = { socket: job.spawner, client, link };
    return link;
  };
}
