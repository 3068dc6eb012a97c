/**
 * What the attached nodes said about the last views, view by view: who voted in time, who voted late, whether the view
 * came to a certificate, a commit, or a timeout. It holds facts only; `ribbon.ts` gives them their meaning.
 */

/** The facts of one view. Ids are validator ids. */
export interface ViewFacts {
  readonly view: number;
  leader: string | undefined;
  /** Voted in time: signed the certificate, or its vote arrived before that. */
  readonly inTime: Set<string>;
  /** Microseconds after the certificate, by validator. */
  readonly late: Map<string, number>;
  /** Say themselves that they voted, and to whom. */
  readonly sent: Map<string, string | undefined>;
  certified: boolean;
  committed: boolean;
  timedOut: boolean;
}

/** The last views, bounded. */
export class ViewBook {
  readonly #kept: number;
  readonly #views = new Map<number, ViewFacts>();
  #highest = 0;

  /** @param kept how many views are remembered */
  constructor(kept: number) {
    this.#kept = kept;
  }

  /** The highest view that anybody entered or spoke of. */
  get highest(): number {
    return this.#highest;
  }

  /** The facts of a view to add to; undefined when it is too old to matter. */
  at(view: number): ViewFacts | undefined {
    const known = this.#views.get(view);
    if (known) return known;
    if (view <= this.#highest - this.#kept) return undefined;
    const facts: ViewFacts = {
      view,
      leader: undefined,
      inTime: new Set(),
      late: new Map(),
      sent: new Map(),
      certified: false,
      committed: false,
      timedOut: false,
    };
    this.#views.set(view, facts);
    if (view > this.#highest) this.#advance(view);
    return facts;
  }

  /** The facts of a view, if it is remembered. */
  read(view: number): ViewFacts | undefined {
    return this.#views.get(view);
  }

  /** The last `count` views that are remembered, oldest first. */
  last(count: number): ViewFacts[] {
    const facts: ViewFacts[] = [];
    for (let view = this.#highest; view > 0 && facts.length < count; view--) {
      const one = this.#views.get(view);
      if (!one) break;
      facts.push(one);
    }
    return facts.reverse();
  }

  #advance(view: number): void {
    this.#highest = view;
    for (const known of this.#views.keys()) if (known <= view - this.#kept) this.#views.delete(known);
  }
}
