/**
 * Names who must have broken the rules when two conflicting blocks were committed (research 2, S20). It
 * remembers blocks and certificates, bounded, and intersects two sets of signers of which honest
 * validators can be in one only:
 *
 *   w      committed directly, by certificates of view v (w) and v + 1 (its child)
 *   z      the lowest block with a view >= v on the way to the other committed block
 *
 * Who signed in view v + 1 was locked on w; z, of a view above v, extends a block below v: signing both
 * is a vote below the lock, or two votes in one view. Two quorums have f + 1 members in common.
 */
import type { Block, Qc } from '../protocol/block.js';
import { listSigners, noSigners, type Signers } from '../protocol/signers.js';

/** Blocks and views remembered; a fork that began earlier cannot be accounted for. */
const REMEMBERED = 16_384;

/** Evidence of one run. */
export class Accountability {
  // By number or view modulo what is remembered.
  readonly #blocks = new Array<Block | undefined>(REMEMBERED).fill(undefined);
  readonly #certificates = new Array<readonly Qc[]>(REMEMBERED).fill([]);

  /** A block was made. */
  made(block: Block): void {
    this.#blocks[block.id % REMEMBERED] = block;
  }

  /** A certificate was formed. */
  certified(qc: Qc): void {
    const known = this.#certificatesOf(qc.view);
    if (known.some(({ block }) => block === qc.block)) return;
    this.#certificates[qc.view % REMEMBERED] = [...known, qc];
  }

  #block(id: number): Block | undefined {
    const block = this.#blocks[id % REMEMBERED];
    return block?.id === id ? block : undefined;
  }

  #certificatesOf(view: number): readonly Qc[] {
    const known = this.#certificates[view % REMEMBERED] as readonly Qc[];
    return known[0]?.view === view ? known : [];
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
    const first = lowest.view === earlier.view ? this.#signersOf(earlier) : this.#signersOfChild(earlier);
    return listSigners(intersection(first, this.#signersOf(lowest)));
  }

  #signersOf(block: Block): Signers {
    const found = this.#certificatesOf(block.view).find((qc) => qc.block === block.id);
    return found?.signers ?? noSigners(0);
  }

  #signersOfChild(block: Block): Signers {
    const next = this.#certificatesOf(block.view + 1);
    const found = next.find((qc) => this.#block(qc.block)?.parent === block.id);
    return found?.signers ?? noSigners(0);
  }
}

function intersection(a: Signers, b: Signers): Signers {
  return a.map((word, index) => word & (b[index] ?? 0));
}
