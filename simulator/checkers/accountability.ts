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

/** The certificates of the newest views, one for each block. */
class NewestCertificates {
  /** By view modulo what is remembered. */
  readonly #views = new Array<readonly Qc[]>(REMEMBERED).fill([]);

  /** The certificates of a view; none when it is forgotten. */
  of(view: number): readonly Qc[] {
    const known = this.#views[view % REMEMBERED] as readonly Qc[];
    return known[0]?.view === view ? known : [];
  }

  note(qc: Qc): void {
    const known = this.of(qc.view);
    if (!known.some(({ block }) => block === qc.block)) this.#views[qc.view % REMEMBERED] = [...known, qc];
  }
}

/** Evidence of one run. */
export class Accountability {
  /** By number modulo what is remembered. */
  readonly #blocks = new Array<Block | undefined>(REMEMBERED).fill(undefined);
  readonly #certificates = new NewestCertificates();
  /** Double certificates. */
  readonly #decisions = new NewestCertificates();
  readonly #depth: number;

  constructor(protocol: ProtocolName) {
    this.#depth = COMMIT_DEPTH[protocol];
  }

  /** A block was made. */
  made(block: Block): void {
    this.#blocks[block.id % REMEMBERED] = block;
  }

  /** A certificate was formed. */
  certified(qc: Qc): void {
    this.#certificates.note(qc);
  }

  /** A double certificate was formed. */
  decided(dc: Qc): void {
    this.#decisions.note(dc);
  }

  /** Who must be faulty, given two blocks that were committed directly on conflicting branches; ascending. */
  culprits(one: number, another: number): number[] {
    const [a, b] = [this.#block(one), this.#block(another)];
    if (a === undefined || b === undefined) return [];
    const [earlier, later] = a.view <= b.view ? [a, b] : [b, a];
    let lowest = later;
    for (let at = this.#block(later.parent); at !== undefined; at = this.#block(at.parent)) {
      if (at.view < earlier.view) break;
      lowest = at;
    }
    return listSigners(intersection(this.#boundBy(earlier, lowest.view), this.#signersOf(lowest)));
  }

  /** Who cannot honestly have signed in `view` what conflicts with `block`, which was committed directly. */
  #boundBy(block: Block, view: number): Signers {
    const decision = this.#decisions.of(block.view).find((dc) => dc.block === block.id);
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

  #block(id: number): Block | undefined {
    const block = this.#blocks[id % REMEMBERED];
    return block?.id === id ? block : undefined;
  }

  #signersOf(block: Block): Signers {
    const found = this.#certificates.of(block.view).find((qc) => qc.block === block.id);
    return found?.signers ?? noSigners(0);
  }

  #certifiedChild({ id, view }: Block): Block | undefined {
    for (const { block } of this.#certificates.of(view + 1)) {
      const child = this.#block(block);
      if (child?.parent === id) return child;
    }
    return undefined;
  }
}

function intersection(a: Signers, b: Signers): Signers {
  return a.map((word, index) => word & (b[index] ?? 0));
}
