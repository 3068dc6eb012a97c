/**
 * What each validator did in each view, for a picture of bounded size: many validators share a lane,
 * many views a column, and a cell counts the conducts in it. A view is judged when enough later views
 * were entered, since its commit comes later than its votes.
 */
import { DoublingSeries } from './doubling-series.js';

/** What a validator did in a view, as a number of `conducts`. */
export const Conduct = { committed: 0, lost: 1, late: 2, silent: 3, failedLeader: 4 } as const;

/** What the numbers of `Conduct` mean. */
export const conducts = [
  'voted, block committed',
  'voted, block not committed',
  'voted after the certificate had formed',
  'no vote',
  'leader of a view that timed out and was lost',
] as const;

const LANES = 40;
const COLUMNS = 200;

/** Views that may still change. */
const OPEN_VIEWS = 256;

/** A view that may still change. */
interface OpenView {
  readonly leader: number;
  /** Per validator: 0 no vote, 1 voted, 2 voted late. */
  readonly votes: Uint8Array;
  timedOut: boolean;
  committed: boolean;
  certifiedUs: number;
}

/** The conduct of all validators over a run. */
export class ViewRibbon {
  readonly lanes: number;
  readonly #validators: number;
  readonly #open = new Map<number, OpenView>();
  readonly #series: DoublingSeries;
  #lowestOpen = 1;

  constructor(validators: number) {
    this.#validators = validators;
    this.lanes = Math.min(validators, LANES);
    this.#series = new DoublingSeries(COLUMNS, 1, this.lanes * conducts.length);
  }

  /** Columns in use, and views in each. */
  get columns(): { readonly used: number; readonly views: number } {
    return { used: this.#series.used, views: this.#series.width };
  }

  /** Positions of the first and last validator of a lane. */
  validatorsOf(lane: number): readonly [first: number, last: number] {
    const first = Math.ceil((lane * this.#validators) / this.lanes);
    return [first, Math.ceil(((lane + 1) * this.#validators) / this.lanes) - 1];
  }

  count(lane: number, column: number, conduct: number): number {
    return this.#series.count(column, lane * conducts.length + conduct);
  }

  entered(view: number, leader: number): void {
    if (view < this.#lowestOpen || this.#open.has(view)) return;
    const votes = new Uint8Array(this.#validators);
    this.#open.set(view, { leader, votes, timedOut: false, committed: false, certifiedUs: -1 });
    if (this.#open.size > OPEN_VIEWS) this.#close(this.#lowest());
  }

  voted(view: number, validator: number): void {
    const open = this.#open.get(view);
    if (open !== undefined && open.votes[validator] === 0) open.votes[validator] = 1;
  }

  certified(view: number, atUs: number): void {
    const open = this.#open.get(view);
    if (open !== undefined && open.certifiedUs < 0) open.certifiedUs = atUs;
  }

  voteArrived(view: number, validator: number, atUs: number): void {
    const open = this.#open.get(view);
    // A vote that arrives at the same instant as the one that closed the certificate is not late.
    if (open !== undefined && open.certifiedUs >= 0 && atUs > open.certifiedUs) open.votes[validator] = 2;
  }

  timedOut(view: number): void {
    const open = this.#open.get(view);
    if (open !== undefined) open.timedOut = true;
  }

  committed(view: number): void {
    const open = this.#open.get(view);
    if (open !== undefined) open.committed = true;
  }

  /** Judges what is still open; to be called at the end. */
  finish(): void {
    while (this.#open.size > 0) this.#close(this.#lowest());
  }

  #lowest(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const view of this.#open.keys()) if (view < lowest) lowest = view;
    return lowest;
  }

  #close(view: number): void {
    const open = this.#open.get(view);
    this.#open.delete(view);
    this.#lowestOpen = view + 1;
    if (open === undefined) return;
    for (let validator = 0; validator < this.#validators; validator++) {
      const lane = Math.floor((validator * this.lanes) / this.#validators);
      this.#series.add(view - 1, lane * conducts.length + conductOf(open, validator));
    }
  }
}

function conductOf(view: OpenView, validator: number): number {
  if (view.leader === validator && view.timedOut && !view.committed) return Conduct.failedLeader;
  const vote = view.votes[validator];
  if (vote === 0) return Conduct.silent;
  if (vote === 2) return Conduct.late;
  return view.committed ? Conduct.committed : Conduct.lost;
}
