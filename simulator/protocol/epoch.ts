/**
 * Epochs of the validator set. Epoch e is the blocks of heights e * blocks + 1 to (e + 1) * blocks, and
 * the validator set that makes them. How one ends and the next begins:
 *
 *   root       the last block of epoch e. When it is final, e is over: blocks above it that were proposed
 *              in e trail, carry nothing and never become final
 *   closing    the certificates that make the root final, with the blocks between: a proof for everybody
 *   first view the view after the closing's last certificate: its leader, and every statement in it and
 *              above, are of the set of e + 1. Who had gone on in e, since it knew nothing of the closing,
 *              adds the certificate by which it entered its view, and the epoch begins above that. The
 *              opening travels with every message of e + 1, and the one of the highest view counts
 *
 * Statements and certificates are of one epoch and count there only, by its quorum. Validators move
 * by (epoch, view), and view numbers grow over epochs; only where views are entered by timers alone,
 * inside an epoch of the epoch pacemaker, may one be met again, and then nobody votes in it twice. All
 * parts of one run share one schedule.
 */
import type { Block, Opening, Qc, Tc } from './block.js';
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
  return certified >= depth && opening.view === firstView(opening, before);
}

/** The first view of what `opening` opens; undefined where it claims more than it proves. */
function firstView({ reached, last }: Opening, before: EpochSet): number | undefined {
  if (reached === undefined) return last.view + 1;
  const isProof = reached.epoch === before.epoch && before.committee.isQuorum(reached.signers);
  return isProof && reached.view > last.view ? reached.view + 1 : undefined;
}

/** What follows an epoch that `last` closes; `trail` leads from its last block to the one that `last` certifies. */
export function openingAfter(epoch: number, trail: readonly Block[], last: Qc): Opening | undefined {
  const [root, child] = trail;
  if (root === undefined) return undefined;
  const certificate = child?.justify ?? last;
  return { epoch: epoch + 1, view: last.view + 1, root, certificate, path: trail, last, reached: undefined };
}

/** How far a replica has come in the epoch that is over. */
interface Progress {
  readonly epoch: number;
  readonly view: number;
  readonly highQc: Qc;
  readonly highDc: Qc | undefined;
}

/** `opening`, or, for a replica that went on beyond it, the one above the highest view that it can prove to be in. */
export function openingAbove(opening: Opening, replica: Progress, highTc: Tc | undefined): Opening {
  const { epoch, view, highQc, highDc } = replica;
  const nexts = [highQc, highDc].map((one) => one && { ...one, view: one.view + 1 });
  let highest = opening;
  for (const reached of [highTc, ...nexts]) {
    if (reached?.epoch !== epoch || reached.view > view || reached.view <= opening.last.view) continue;
    const { signers } = reached;
    if (reached.view >= highest.view)
      highest = { ...opening, view: reached.view + 1, reached: { view: reached.view, epoch, signers } };
  }
  return highest;
}
