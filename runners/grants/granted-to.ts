/** What a job was granted, as its runner reaches it: here, or in a slot by way of the engine. */
import type { Job, ThreadSetup } from '../contract.ts';
import { RemoteRunFiles } from '../kinds/remote-run-files.ts';
import { RunFiles } from '../kinds/run-files.ts';
import { askEngine } from '../slot/errands.ts';
import { type Porter, PorterThread } from './blocking-network.ts';
import { GrantedFiles } from './granted-files.ts';
import { Network } from './network.ts';
import { RemoteFiles } from './remote-files.ts';
import { RemoteNetwork, remotePorter } from './remote-network.ts';

export function filesFor({ grants, limits, prompt }: Job, { isSlot }: Pick<ThreadSetup, 'isSlot'>): GrantedFiles {
  return isSlot === true ? new RemoteFiles(grants, limits, askEngine) : new GrantedFiles(grants, limits, prompt);
}

/** The files of its run, which every step may reach. */
export function runFilesFor({ workdir, limits }: Job, { isSlot }: Pick<ThreadSetup, 'isSlot'>): RunFiles {
  return isSlot === true ? new RemoteRunFiles(workdir, limits, askEngine) : new RunFiles(workdir, limits);
}

export function networkFor({ grants, limits }: Job, { isSlot }: Pick<ThreadSetup, 'isSlot'>): Network {
  return isSlot === true ? new RemoteNetwork(grants, limits, askEngine) : new Network(grants, limits);
}

export function porterFor({ isSlot }: Pick<ThreadSetup, 'isSlot'>): Porter {
  return isSlot === true ? remotePorter(askEngine) : new PorterThread();
}
