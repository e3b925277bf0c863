/** Random numbers as an embedded step gets them: the machine's, or the same for the same seed. */
import type Crypto from 'node:crypto';
import type { Randomness } from '../contract.ts';
import type { Denial } from './denial.ts';

export interface StepRandom {
  /** The step may not ask for them: what gets some all the same gets those of one fixed seed. */
  readonly refused?: Denial;
  /** For a generator of the language's own. */
  seed(): Uint32Array<ArrayBuffer>;
  /** Fills the bytes with such as nobody can guess, if they are the machine's. */
  fill(bytes: Uint8Array): void;
}

const SEED_WORDS = 4;

export const MACHINE_RANDOM: StepRandom = {
  seed: () => Uint32Array.from({ length: SEED_WORDS }, () => Math.random() * 2 ** 32),
  // Few steps ask for it, and it takes longer to load than most steps run.
  fill: (bytes) => void (process.getBuiltinModule('node:crypto') as typeof Crypto).randomFillSync(bytes),
};

/** Bob Jenkins's small generator, sfc32. */
class Seeded implements StepRandom {
  readonly refused?: Denial;
  #a = 0x9e37_79b9;
  #b = 0x243f_6a88;
  #c = 0xb7e1_5162;
  #d = 1;

  constructor(seed: Uint8Array, refused?: Denial) {
    if (refused !== undefined) this.refused = refused;
    for (const byte of seed) {
      this.#a ^= byte;
      this.#next();
    }
    for (let i = 0; i < 12; i++) this.#next();
  }

  seed(): Uint32Array<ArrayBuffer> {
    return Uint32Array.from({ length: SEED_WORDS }, () => this.#next());
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.#next();
      for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = word >>> (8 * i);
    }
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

/** Made anew for every step. */
export function randomFor(random: Randomness | undefined): StepRandom {
  if (random === undefined) return MACHINE_RANDOM;
  if (random.kind === 'seeded') return new Seeded(random.seed);
  return new Seeded(new Uint8Array(), {
    told: 'Random numbers are not granted to the step',
    message: `The step may not ask for random numbers, which the permissions of the ${random.by} rule out`,
    grant: 'permissions = { random = true }',
  });
}
