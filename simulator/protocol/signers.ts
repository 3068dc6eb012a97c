/**
 * Sets of validators as bit sets over their position in the committee. Certificates hold them and
 * ballots grow them; they are small (n / 8 bytes), comparable bit by bit and cheap to count.
 * A set that became part of a certificate is never changed again.
 */

/** A bit set of validator positions. */
export type Signers = Uint32Array;

/** An empty set for `size` validators. */
export function noSigners(size: number): Signers {
  return new Uint32Array((size + 31) >>> 5);
}

/** Whether `validator` is in the set. */
export function hasSigner(signers: Signers, validator: number): boolean {
  return (((signers[validator >>> 5] ?? 0) >>> (validator & 31)) & 1) === 1;
}

/** Adds `validator`. */
export function addSigner(signers: Signers, validator: number): void {
  const word = validator >>> 5;
  signers[word] = (signers[word] ?? 0) | (1 << (validator & 31));
}

/** How many of the first `size` are in the set; bits beyond, which only a liar sets, are nobody's. */
export function countSigners(signers: Signers, size = 32 * signers.length): number {
  let count = 0;
  const words = Math.min(signers.length, (size + 31) >>> 5);
  for (let word = 0; word < words; word++) {
    let bits = signers[word] ?? 0;
    if (word === size >>> 5) bits &= (1 << (size & 31)) - 1;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** The positions in the set, ascending. */
export function listSigners(signers: Signers): number[] {
  const list: number[] = [];
  for (let validator = 0; validator < signers.length * 32; validator++)
    if (hasSigner(signers, validator)) list.push(validator);
  return list;
}
