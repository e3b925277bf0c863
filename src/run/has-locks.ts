/** Whether this system has what a lock between processes is made of. */

/** Names of sockets that are no files, and that go away with their processes. */
export function hasLocks(platform: string = process.platform): boolean {
  return platform === 'linux' || platform === 'android';
}
