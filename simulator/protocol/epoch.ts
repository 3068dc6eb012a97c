/**
 * Epochs of the validator set. Epoch e is the blocks of heights e * blocks + 1 to (e + 1) * blocks, and
 * the validator set that makes them. How one ends and the next begins:
 *
 *   root       the last block of epoch e. When it is final, e is over: blocks above it that were proposed
 *              in e trail, carry nothing and never become final
 *   closing    the certificates that make the root final, with the blocks between: a proof for everybody
 *   first view the view after the closing's last certificate: its leader, and every statement in it and
 *              above, are of the set of e + 1. The closing travels with every message of e + 1, and of
 *              two closings the one of the higher view counts, so that all begin in the same view
 *
 * Statements and certificates are of one epoch and count there only, by its quorum. Validators move
 * by (epoch, view); a validator that had gone on in e without knowing of the closing may meet a view
 * number again, and does not vote in it. All parts of one run share one schedule.
 */
import type { Block, Opening, Qc } from './block.js';
import type { Committee } from './committee.js';
import type { Rotation } from './rotation.js';

/** The validator set of one epoch. */
export interface EpochSet {
  readonly epoch: number;
  /** All positions of the network; who has no power is not of the set. */
  readonly committee: Committee;
  readonly rotation: Rotation;
  /** The height that the epoch ends with. */
  readonly lastHeight: number;
}

/** The set of each epoch. */
export interface EpochSchedule {
  of(epoch: number): EpochSet;
}

/** Epochs of `blocks` blocks each; the sets are made when first asked for. */
export class BlockEpochs implements EpochSchedule {
  readonly #blocks: number;
  readonly #make: (epoch: number) => Pick<EpochSet, 'committee' | 'rotation'>;
  readonly #made: EpochSet[] = [];

  /** @param make the set of an epoch, asked for once */
  constructor(blocks: number, make: (epoch: number) => Pick<EpochSet, 'committee' | 'rotation'>) {
    this.#blocks = blocks;
    this.#make = make;
  }

  of(epoch: number): EpochSet {
    for (let next = this.#made.length; next <= epoch; next++)
      this.#made.push({ epoch: next, lastHeight: (next + 1) * this.#blocks, ...this.#make(next) });
    return this.#made[epoch] as EpochSet;
  }
}

/**
 * Whether `opening` proves that the epoch of `before` is over: a path of blocks from its last block on,
 * each certified by its set, whose end makes them final by the rule of the protocol.
 *
 * @param depth certificates of so many views in a row make a block final
 */
export function isProven(opening: Opening, before: EpochSet, depth: number): boolean {
  const { root, path, last } = opening;
  if (opening.epoch !== before.epoch + 1 || root.height !== before.lastHeight || path[0] !== root)
    return false;
  let certificate = last;
  let certified = 0;
  for (let at = path.length - 1; at >= 0; at--) {
    const block = path[at];
    if (block?.id !== certificate.block || certificate.epoch !== before.epoch) return false;
    if (!before.committee.isQuorum(certificate.signers)) return false;
    certified++;
    if (certified < depth && block.justify.view + 1 !== certificate.view) return false;
    certificate = block.justify;
  }
  return certified >= depth && opening.view === last.view + 1;
}

/** What follows an epoch that `last` closes; `trail` leads from its last block to the one that `last` certifies. */
export function openingAfter(epoch: number, trail: readonly Block[], last: Qc): Opening | undefined {
  const [root, child] = trail;
  if (root === undefined) return undefined;
  const certificate = child?.justify ?? last;
  return { epoch: epoch + 1, view: last.view + 1, root, certificate, path: trail, last };
}
