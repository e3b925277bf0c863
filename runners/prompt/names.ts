/** By what a prompt's loop knows what is typed. */
export interface LoopNames {
  /** By which the step knows what is typed, and marks what it says of itself. */
  readonly key: string;
  /** The pipe's name in `HWFE_WORKDIR`, of a process. */
  readonly pipe: string;
}
