/**
 * Which transactions are traced: by a hash of the id alone, so that all sidecars with the same share trace the same ones, and one with a
 * greater share traces them too. Asked for every transaction, so it is not a cryptographic hash: who can choose
 * ids can choose to be traced, which the bounds on spans make harmless.
 */

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** Whether a transaction is among the `share` (0 to 1). */
export function isTransactionSampled(id: string, share: number): boolean {
  if (share <= 0) return false;
  if (share >= 1) return true;
  let hash = OFFSET;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), PRIME);
  // FNV-1a mixes its last characters badly; this spreads them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 < share * 2 ** 32;
}
