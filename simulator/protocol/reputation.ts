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
  readonly #seed: number;
  readonly #windowViews: number;
  /** Who was seen in blocks of a window. */
  readonly #seen = new Map<number, Signers>();
  /** Who counts as active in a window, once asked about. */
  readonly #active = new Map<number, Signers>();

  constructor(size: number, seed: number) {
    this.#size = size;
    this.#seed = seed;
    this.#windowViews = 2 * size;
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
    for (let word = 0; word < signers.length; word++) seen[word] = (seen[word] ?? 0) | (signers[word] ?? 0);
  }

  leader(view: number): number {
    const active = this.#activeIn(this.#windowOf(view));
    const share = hashShare(this.#seed, view);
    if (active === undefined) return Math.floor(share * this.#size);
    const activeCount = countSigners(active);
    let left = share * (activeCount * ACTIVE_WEIGHT + this.#size - activeCount);
    for (let validator = 0; validator < this.#size; validator++) {
      left -= hasSigner(active, validator) ? ACTIVE_WEIGHT : 1;
      if (left < 0) return validator;
    }
    return this.#size - 1;
  }

  #activeIn(window: number): Signers | undefined {
    const known = this.#active.get(window);
    if (known !== undefined) return known;
    const newest = [...this.#active.keys()].at(-1) ?? 0;
    if (window < newest - WINDOWS / 2) return undefined;
    const active = this.#seen.get(window - 2)?.slice() ?? everybody(this.#size);
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

function everybody(size: number): Signers {
  const all = noSigners(size);
  for (let validator = 0; validator < size; validator++) addSigner(all, validator);
  return all;
}
