/** The memory of runs as a running command writes it. */
import type { Config } from '../config/config.ts';
import { findStore } from '../store/place.ts';
import { openStore } from '../store/open.ts';
import type { RunStore } from '../store/store.ts';

/** Nothing where the history is switched off. */
export function storeFor(
  { path }: Config['store'],
  cwd: string,
  onTrouble: (sentence: string) => void,
): RunStore | undefined {
  const directory = findStore(path, cwd);
  return directory === undefined ? undefined : openStore({ directory, onTrouble });
}
