/**
 * Findings of one chain: the book that all its nodes write into, and the nodes. With it the consensus
 * domain sees what no single node can: a validator that told two nodes two things.
 */
import type { ChainObserver, ChainScope, NodeObserver, NodeScope } from '../../domain.js';
import { ChainBook } from './chain-book.js';
import { ClockBook } from './clock-book.js';
import { NodeClock } from './node-clock.js';
import { SharedTexts } from '../shared-texts.js';
import { ValidatorNumbers } from '../validator-numbers.js';
import type { FindingListener } from './finding.js';
import { NodeFindings } from './node-findings.js';
import type { Company } from './trust.js';

/** Watches all nodes of one chain for findings. */
export class ChainFindings implements ChainObserver {
  readonly #book: ChainBook;
  readonly #clocks: ClockBook;
  readonly #nodes = new Map<string, NodeFindings>();
  readonly #company: Company;
  readonly #texts: SharedTexts;

  /** @param texts what the rooms of the chain share; its own where it watches alone */
  constructor(
    scope: ChainScope,
    listener: FindingListener | undefined,
    texts = new SharedTexts(new ValidatorNumbers(scope.names)),
  ) {
    const book = new ChainBook(scope, texts, listener);
    this.#texts = texts;
    this.#book = book;
    this.#clocks = new ClockBook(
      () => scope.names.members,
      (draft) => book.reporter.raise(draft),
    );
    this.#company = {
      get highestView() {
        return book.highestView;
      },
      isAnotherChain: () => this.#isAnotherChain(),
      beginAnew: () => this.#beginAnew(),
    };
  }

  node(scope: NodeScope): readonly NodeObserver[] {
    return [this.watch(scope), this.clock()];
  }

  /** The observer of a node. */
  watch(scope: NodeScope): NodeFindings {
    const findings = new NodeFindings(scope.node, this.#book, this.#company);
    // A node that was retired and returns is heard by a new observer.
    this.#nodes.set(scope.node, findings);
    return findings;
  }

  validators(): void {
    this.#texts.validators.members();
    this.#book.validators();
    this.#clocks.validators();
  }

  /** The observer of a node's clock. */
  clock(): NodeClock {
    return new NodeClock(this.#clocks);
  }

  #isAnotherChain(): boolean {
    const present = [...this.#nodes.values()].filter(({ isAttached }) => isAttached);
    return present.every(({ trust }) => trust.isUnclear) && present.some(({ trust }) => trust.isApart);
  }

  #beginAnew(): void {
    this.#book.forget();
    this.#clocks.forget();
    for (const node of this.#nodes.values()) node.forget();
    for (const { isAttached, trust } of this.#nodes.values()) if (isAttached) trust.confirm();
  }
}
