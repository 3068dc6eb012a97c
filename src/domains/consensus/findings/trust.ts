/**
 * Whether a node is on the chain that the others are on. A node that begins far below the known views may
 * be behind or have lost its disk, or the chain was begun anew under its old name; until that is clear
 * what it says is held back and nothing is concluded from it.
 *
 *   trusted --new run--> starting --enters a view near the known ones--> trusted (what was held is heard)
 *                        starting --enters a view far below them--> unclear
 *   unclear --speaks of a block that is known--> trusted
 *   unclear, like every attached node, and one of them has lived on without that --> the chain is new:
 *                        all that was known is forgotten, all are trusted
 */

/** Events held back per node. */
const MAX_HELD = 2_048;
/** A restarted node begins within so many views of where it was. */
const NEAR_VIEWS = 16;
/** Views that a node may go through without a word about a known block before it is on a chain of its own. */
const PATIENCE_VIEWS = 32;

/** Where a node stands. */
type State = 'trusted' | 'starting' | 'unclear';

/** Who else there is. */
export interface Company {
  /** The highest view of the nodes that are trusted; -1 while nothing is known. */
  readonly highestView: number;
  /** Every attached node is unclear, and one is found to be on another chain than the one known. */
  isAnotherChain(): boolean;
  /** Forgets what was known, and trusts everybody. */
  beginAnew(): void;
}

/** The standing of one node. */
export class Trust {
  readonly #company: Company;
  #state: State = 'starting';
  #held: (() => void)[] = [];
  #views = 0;
  /** It committed something else at a height that is known, or went on for long. */
  isApart = false;

  constructor(company: Company) {
    this.#company = company;
  }

  get isTrusted(): boolean {
    return this.#state === 'trusted';
  }

  get isUnclear(): boolean {
    return this.#state === 'unclear';
  }

  /** The process was started, or attached for the first time. */
  start(): void {
    this.#state = 'starting';
    this.#held = [];
    this.#views = 0;
    this.isApart = false;
  }

  /** Keeps what cannot be heard yet. */
  hold(hear: () => void): void {
    if (this.#held.length < MAX_HELD) this.#held.push(hear);
  }

  /** The node entered a view while it was not trusted. */
  entered(view: number): void {
    if (this.#state === 'starting') {
      const { highestView } = this.#company;
      const isNear = view + NEAR_VIEWS >= highestView && view > 1;
      if (isNear || highestView <= 1) return this.confirm();
      this.#state = 'unclear';
    }
    this.#views++;
    if (this.#views > PATIENCE_VIEWS) this.isApart = true;
    this.judge();
  }

  /** Something may have changed about whether this is another chain. */
  judge(): void {
    if (this.isUnclear && this.#company.isAnotherChain()) this.#company.beginAnew();
  }

  /** It is on the chain: what was held is heard now, in order. */
  confirm(): void {
    const held = this.#held;
    this.#state = 'trusted';
    this.#held = [];
    for (const hear of held) hear();
  }
}
