/** The few colours that everything printed is dressed in. */

export type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  /** Takes its colour from the name, the same one in every run. */
  readonly byName: (name: string, text: string) => string;
}

export function createStyle(colours: boolean): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      colours && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  const names = [36, 35, 34, 33, 32, 96, 95, 94].map((open) => paint(open, 39));
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    byName: (name, text) => names[hash(name) % names.length]!(text),
  };
}

export interface ColourWish {
  /** `--color` or `--no-color`, where one was given. */
  readonly flag?: boolean;
  readonly configured: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
}

/** A flag decides; then `NO_COLOR`, then `FORCE_COLOR`, then the configuration and whether it is a terminal that has colours. */
export function wantsColours({ flag, configured, env, isTerminal }: ColourWish): boolean {
  if (flag !== undefined) return flag;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return configured && isTerminal && env['TERM'] !== 'dumb';
}

function hash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash;
}
