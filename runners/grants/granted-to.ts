/** What a job was granted, as its runner reaches it: here, or in a slot by way of the engine. */
import type { Job, ThreadSetup } from '../contract.ts';
import { askEngine } from '../slot/errands.ts';
import { type Porter, PorterThread } from './blocking-network.ts';
import { GrantedFiles } from './granted-files.ts';
import { Network } from './network.ts';
import { RemoteFiles } from './remote-files.ts';
import { RemoteNetwork, remotePorter } from './remote-network.ts';

export function filesFor({ grants, limits, prompt }: Job, { isSlot }: Pick<ThreadSetup, 'isSlot'>): GrantedFiles {
  return isSlot === true ? new RemoteFiles(grants, limits, askEngine) : new GrantedFiles(grants, limits, prompt);
}

export function networkFor({ grants, limits }: Job, { isSlot }: Pick<ThreadSetup, 'isSlot'>): Network {
  return isSlot === true ? new RemoteNetwork(grants, limits, askEngine) : new Network(grants, limits);
}

export function porterFor({ isSlot }: Pick<ThreadSetup, 'isSlot'>): Porter {
  return isSlot === true ? remotePorter(askEngine) : new PorterThread();
}
