/**
 * Who has told the leader of a view its lock. Statuses may come before the leader has entered the
 * view; only the newest view counts. The leader counts itself.
 */
import type { Committee } from './committee.js';
import { addSigner, countSigners, noSigners, type Signers } from './signers.js';

/** Statuses of the newest view led. */
export class StatusBook {
  readonly #committee: Committee;
  #view = 0;
  #signers: Signers;

  constructor(committee: Committee) {
    this.#committee = committee;
    this.#signers = noSigners(committee.size);
  }

  /** Whether all replicas have reported: then no higher lock can exist and the wait is over. */
  get complete(): boolean {
    return countSigners(this.#signers) === this.#committee.members.length;
  }

  /** Whether a quorum, the leader included, has reported. */
  get isQuorum(): boolean {
    return this.#committee.powerOfAll(this.#signers) >= this.#committee.quorumPower;
  }

  /** Begins to count for `view`, which `leader` has entered; early statuses for it are kept. */
  open(view: number, leader: number): void {
    this.#moveTo(view);
    addSigner(this.#signers, leader);
  }

  /** Counts the status of `from` for `view`; older views are ignored. */
  add(view: number, from: number): void {
    if (view < this.#view) return;
    this.#moveTo(view);
    addSigner(this.#signers, from);
  }

  /** Statuses of others received for `view`. */
  count(view: number): number {
    return view === this.#view ? Math.max(0, countSigners(this.#signers) - 1) : 0;
  }

  #moveTo(view: number): void {
    if (view === this.#view) return;
    this.#view = view;
    this.#signers = noSigners(this.#committee.size);
  }
}
