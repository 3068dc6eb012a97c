/**
 * Watches that leaders wait (research 1.3, the signature of HotStuff-2): who leads a view without the
 * certificate of the view before proposes only after W, or once all others have told their lock.
 * A leader in haste may propose below a lock that it was about to hear of, and so lose its view.
 *
 * It judges by the W that the run was set up with, from entries and statuses that it counts itself.
 */
import type { Block } from '../protocol/block.js';
import { addSigner, countSigners, noSigners, type Signers } from '../protocol/signers.js';
import type { ViolationLog } from './violation.js';

/** What is known of one validator as a leader. */
interface Leader {
  enteredUs: number;
  statusView: number;
  told: Signers;
  /** The view in which it was free to propose without having waited. */
  responsiveView: number;
  /** How many others there are to tell it their lock. */
  others: number;
}

/** The rule L5. */
export class LeaderWaitChecker {
  readonly #log: ViolationLog;
  readonly #waitUs: number;
  readonly #leaders: readonly Leader[];
  readonly #byzantine = new Set<number>();

  /** @param members how many of the validators are of the first set */
  constructor(log: ViolationLog, validators: number, waitUs: number, members = validators) {
    this.#log = log;
    this.#waitUs = waitUs;
    this.#leaders = Array.from({ length: validators }, () => ({
      enteredUs: 0,
      statusView: 0,
      told: noSigners(validators),
      responsiveView: 0,
      others: members - 1,
    }));
  }

  /** From now on this validator is not judged as an honest one. Twins, in slots above all, never are. */
  deviates(validator: number): void {
    this.#byzantine.add(validator);
  }

  /** A process starts: what it was told before is forgotten. */
  started(validator: number): void {
    const leader = this.#leaders[validator];
    if (leader === undefined) return;
    leader.statusView = 0;
    leader.responsiveView = 0;
  }

  /** A validator goes on in an epoch with a set of `members`; what it was told before is of another. */
  epochEntered(validator: number, members: number): void {
    const leader = this.#leaders[validator];
    if (leader === undefined) return;
    leader.statusView = 0;
    leader.responsiveView = 0;
    leader.others = members - 1;
  }

  viewEntered(atUs: number, validator: number): void {
    const leader = this.#leaders[validator];
    if (leader !== undefined) leader.enteredUs = atUs;
  }

  /** `validator` was told by `from` what it locks; only the newest view counts. */
  statusReceived(validator: number, view: number, from: number): void {
    const leader = this.#leaders[validator];
    if (leader === undefined || view < leader.statusView) return;
    if (view > leader.statusView) {
      leader.statusView = view;
      leader.told = noSigners(this.#leaders.length);
    }
    addSigner(leader.told, from);
  }

  /** A leader is free to propose. */
  freeToPropose(atUs: number, validator: number, view: number, path: 'responsive' | 'waited'): void {
    const leader = this.#leaders[validator];
    if (leader === undefined || this.#byzantine.has(validator)) return;
    if (path === 'responsive') {
      leader.responsiveView = view;
      return;
    }
    const others = leader.statusView === view ? countSigners(leader.told) : 0;
    const waitedUs = atUs - leader.enteredUs;
    if (waitedUs >= this.#waitUs || others >= leader.others) return;
    const detail = `waited ${waitedUs} us of ${this.#waitUs}, heard ${others} others`;
    this.#log.add('L5', atUs, { validators: [validator], view, detail });
  }

  /** What a leader that did not wait proposes rests on the view before, or on the end of an epoch. */
  proposed(atUs: number, validator: number, block: Block): void {
    const { view, justify, opening } = block;
    const isFirst = opening?.view === view && justify.block === opening.root.id;
    if (this.#byzantine.has(validator)) return;
    if (this.#leaders[validator]?.responsiveView !== view || justify.view === view - 1 || isFirst) return;
    const detail = `proposed at once on a certificate of view ${justify.view}`;
    this.#log.add('L5', atUs, { validators: [validator], view, detail });
  }
}
