/** How a process of the host is told where the shared memory is. */
import { delimiter } from 'node:path';
import type { Job } from '../contract.ts';

/** The token and the socket's path, as `hwfe memory` reads them. */
export const MEMORY_VARIABLE = 'HWFE_MEMORY';

/** Of a step that has a part in the memory; one without a `PATH` keeps that of its interpreter. */
export function memoryVariables({ memory, env }: Job): Readonly<Record<string, string>> {
  if (typeof memory !== 'object') return {};
  const path = env['PATH'] === undefined ? {} : { PATH: `${memory.bin}${delimiter}${env['PATH']}` };
  return { ...path, [MEMORY_VARIABLE]: `${memory.token}@${memory.socket}` };
}

/** What such a process reads in a sandbox. */
export function memoryNeeds({ memory }: Job): readonly string[] {
  return typeof memory === 'object' ? memory.needs : [];
}
