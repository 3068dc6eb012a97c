/**
 * Names who must have broken the rules when two conflicting blocks were committed (research 2, S20). It
 * remembers blocks and certificates, bounded, and intersects two sets of signers of which honest
 * validators can be in one only:
 *
 *   w      committed directly, by certificates of the views v (w), v + 1 and, with three phases, v + 2 (its
 *          descendants); in the basic form by the double certificate of v
 *   z      the lowest block with a view >= v on the way to the other committed block
 *
 * Who signed the last of them was locked on w; z, of a view above v, extends a block below v: signing both
 * is a vote below the lock. Where z is of the view of one of them, signing both is two votes in one view.
 * Two quorums have f + 1 members in common.
 */
import type { Block, Qc } from '../protocol/block.js';
import { COMMIT_DEPTH, type ProtocolName } from '../protocol/replica.js';
import { listSigners, noSigners, type Signers } from '../protocol/signers.js';

/** Blocks and views remembered; a fork that began earlier cannot be accounted for. */
const REMEMBERED = 16_384;

/** Evidence of one run. */
export class Accountability {
  readonly #blocks = new Map<number, Block>();
  readonly #certificates = new Map<number, Qc[]>();
  /** Double certificates. */
  readonly #decisions = new Map<number, Qc[]>();
  readonly #depth: number;

  constructor(protocol: ProtocolName) {
    this.#depth = COMMIT_DEPTH[protocol];
  }

  /** A block was made. */
  made(block: Block): void {
    this.#blocks.set(block.id, block);
    forgetOldest(this.#blocks);
  }

  /** A certificate was formed. */
  certified(qc: Qc): void {
    note(this.#certificates, qc);
  }

  /** A double certificate was formed. */
  decided(dc: Qc): void {
    note(this.#decisions, dc);
  }

  /** Who must be faulty, given two blocks that were committed directly on conflicting branches; ascending. */
  culprits(one: number, another: number): number[] {
    const [a, b] = [this.#blocks.get(one), this.#blocks.get(another)];
    if (a === undefined || b === undefined) return [];
    const [earlier, later] = a.view <= b.view ? [a, b] : [b, a];
    let lowest = later;
    for (let at = this.#blocks.get(later.parent); at !== undefined; at = this.#blocks.get(at.parent)) {
      if (at.view < earlier.view) break;
      lowest = at;
    }
    return listSigners(intersection(this.#boundBy(earlier, lowest.view), this.#signersOf(lowest)));
  }

  /** Who cannot honestly have signed in `view` what conflicts with `block`, which was committed directly. */
  #boundBy(block: Block, view: number): Signers {
    const decision = this.#decisions.get(block.view)?.find((dc) => dc.block === block.id);
    if (decision !== undefined && view > block.view) return decision.signers;
    let at = block;
    const last = Math.min(view, block.view + this.#depth - 1);
    while (at.view < last) {
      const child = this.#certifiedChild(at);
      if (child === undefined) return noSigners(0);
      at = child;
    }
    return this.#signersOf(at);
  }

  #signersOf(block: Block): Signers {
    const found = this.#certificates.get(block.view)?.find((qc) => qc.block === block.id);
    return found?.signers ?? noSigners(0);
  }

  #certifiedChild({ id, view }: Block): Block | undefined {
    for (const { block } of this.#certificates.get(view + 1) ?? []) {
      const child = this.#blocks.get(block);
      if (child?.parent === id) return child;
    }
    return undefined;
  }
}

function note(certificates: Map<number, Qc[]>, qc: Qc): void {
  const known = certificates.get(qc.view);
  if (known?.some(({ block }) => block === qc.block) === true) return;
  if (known === undefined) certificates.set(qc.view, [qc]);
  else known.push(qc);
  forgetOldest(certificates);
}

function forgetOldest(map: Map<number, unknown>): void {
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function intersection(a: Signers, b: Signers): Signers {
  return a.map((word, index) => word & (b[index] ?? 0));
}
