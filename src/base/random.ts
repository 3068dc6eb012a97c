/**
 * Seeded randomness (xoshiro128**, seeded by splitmix32). Same seed, same numbers, on any machine.
 * `fork` gives an independent stream per concern, so that drawing more for one concern never
 * changes another. Not for secrets.
 */

/** A stream of seeded random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  float(): number;
  /** Uniform integer in [0, bound). `bound` is at most 2^32. */
  int(bound: number): number;
  /** Independent stream named `concern`; the same name gives the same stream. */
  fork(concern: string): Random;
  /** `bytes` random bytes as lower-case hexadecimal. */
  hex(bytes: number): string;
}

/** A generator from a seed (any integer; its low 32 bits and the name of the stream count). */
export function createRandom(seed: number, concern = ''): Random {
  return new Xoshiro128(seed, concern);
}

/** FNV-1a over UTF-16 code units: spreads a name over 32 bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

class Xoshiro128 implements Random {
  readonly #seed: number;
  readonly #concern: string;
  readonly #state = new Uint32Array(4);

  constructor(seed: number, concern: string) {
    this.#seed = seed;
    this.#concern = concern;
    let mix = (seed ^ hashName(concern)) >>> 0;
    for (let i = 0; i < 4; i++) {
      mix = (mix + 0x9e3779b9) >>> 0;
      let z = mix;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.#state[i] = (z ^ (z >>> 16)) >>> 0;
    }
  }

  float(): number {
    return this.#next() / 4294967296;
  }

  int(bound: number): number {
    return Math.floor(this.float() * bound);
  }

  fork(concern: string): Random {
    return new Xoshiro128(this.#seed, `${this.#concern}/${concern}`);
  }

  hex(bytes: number): string {
    let out = '';
    for (let i = 0; i < bytes; i++) out += this.int(256).toString(16).padStart(2, '0');
    return out;
  }

  #next(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const scrambled = Math.imul(s[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }
}
