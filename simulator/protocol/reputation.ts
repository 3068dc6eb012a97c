/**
 * Leaders by reputation, after Diem: views are grouped into windows of 2n; who proposed or signed a
 * committed block two windows ago counts as active and leads with weight 99, everybody else with
 * weight 1, so that a crashed validator rarely leads and a recovered one comes back.
 *
 * The history is the chain as it stands when a window is first asked about, and stays: that is what
 * replicas would agree on that had committed it by then. A window without a commit before it makes
 * everybody active. Memory: the newest windows only; older views are answered without history.
 */
import type { Block } from './block.js';
import { hashShare, type Rotation } from './rotation.js';
import { addSigner, countSigners, hasSigner, noSigners, type Signers } from './signers.js';

const ACTIVE_WEIGHT = 99;

/** Windows remembered: far more than replicas can be apart in. */
const WINDOWS = 64;

/** A rotation that learns from the chain. */
export class ReputationRotation implements Rotation {
  readonly #size: number;
  readonly #members: readonly number[];
  readonly #seed: number;
  readonly #windowViews: number;
  /** Who was seen in blocks of a window. */
  readonly #seen = new Map<number, Signers>();
  /** Who counts as active in a window, once asked about. */
  readonly #active = new Map<number, Signers>();

  /** @param members positions that may lead, ascending; all by default */
  constructor(size: number, seed: number, members: readonly number[] = [...new Array(size).keys()]) {
    this.#size = size;
    this.#members = members;
    this.#seed = seed;
    this.#windowViews = 2 * members.length;
  }

  /** The chain grew by `block`. */
  committed(block: Block): void {
    const window = this.#windowOf(block.view);
    let seen = this.#seen.get(window);
    if (seen === undefined) {
      seen = noSigners(this.#size);
      remember(this.#seen, window, seen);
    }
    addSigner(seen, block.proposer);
    const { signers } = block.justify;
    // The certificate of an epoch's last block is signed by the set before.
    for (let word = 0; word < signers.length; word++) seen[word] = (seen[word] ?? 0) | (signers[word] ?? 0);
  }

  leader(view: number): number {
    const active = this.#activeIn(this.#windowOf(view));
    const share = hashShare(this.#seed, view);
    const members = this.#members;
    if (active === undefined) return members[Math.floor(share * members.length)] ?? 0;
    const activeCount = countSigners(active);
    let left = share * (activeCount * ACTIVE_WEIGHT + members.length - activeCount);
    for (const validator of members) {
      left -= hasSigner(active, validator) ? ACTIVE_WEIGHT : 1;
      if (left < 0) return validator;
    }
    return members.at(-1) ?? 0;
  }

  #activeIn(window: number): Signers | undefined {
    const known = this.#active.get(window);
    if (known !== undefined) return known;
    const newest = [...this.#active.keys()].at(-1) ?? 0;
    if (window < newest - WINDOWS / 2) return undefined;
    const active = this.#seen.get(window - 2)?.slice() ?? all(this.#size, this.#members);
    remember(this.#active, window, active);
    return active;
  }

  #windowOf(view: number): number {
    return Math.floor(view / this.#windowViews);
  }
}

function remember(windows: Map<number, Signers>, window: number, signers: Signers): void {
  windows.set(window, signers);
  if (windows.size <= WINDOWS) return;
  const [oldest] = windows.keys();
  if (oldest !== undefined) windows.delete(oldest);
}

function all(size: number, members: readonly number[]): Signers {
  const signers = noSigners(size);
  for (const validator of members) addSigner(signers, validator);
  return signers;
}
