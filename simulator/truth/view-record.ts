/**
 * What happened in one view, as far as its judgement needs it. Filled by `ViewWatch`, read by the diagnosis.
 * Times are virtual microseconds.
 */
import type { Block } from '../protocol/block.js';
import type { Committee } from '../protocol/committee.js';
import { Passage, Round } from './passage.js';

/** One view of a run. */
export class ViewRecord {
  readonly view: number;
  /** Of the validator set; around a change two epochs may have a view of one number. */
  readonly epoch: number;
  readonly leader: number;
  /** The set that votes in it. */
  readonly committee: Committee;
  /** Who collects the last votes of the view, and passes their certificate on. */
  collector: number;
  /** Proposal and votes; in the basic form prepare and second votes too. */
  readonly rounds: readonly Round[];
  /** What carries the view's certificate to the others: the next proposal, or the decision. */
  readonly passing: Passage;
  /** When each validator entered, last time if it restarted in the view. */
  readonly enteredUs = new Map<number, number>();
  /** Who entered it by starting there. */
  readonly startedIn = new Set<number>();
  /** When each validator left for a higher view, or crashed. */
  readonly leftUs = new Map<number, number>();
  readonly timedOutUs = new Map<number, number>();
  /** Ids of the blocks that its leader sent, or had. */
  readonly blocks = new Set<number>();
  /** Who refused the leader's proposal as invalid. */
  readonly refused = new Set<number>();
  /** Whose proposal waited for a parent that had to be fetched. */
  readonly orphaned = new Set<number>();
  /** Who, other than its collector, went on by its certificate or by a block that carries it. */
  readonly carriedOnBy = new Set<number>();

  constructor(
    { view, epoch }: Pick<ViewRecord, 'view' | 'epoch'>,
    leader: number,
    collector: number,
    rounds: 1 | 2,
    committee: Committee,
  ) {
    const { size } = committee;
    this.committee = committee;
    this.view = view;
    this.epoch = epoch;
    this.leader = leader;
    this.collector = collector;
    this.rounds = Array.from({ length: rounds }, () => new Round(size));
    this.passing = new Passage(size);
  }

  /** Who counts the votes of a round. */
  collectorOf(round: number): number {
    return round === this.rounds.length - 1 ? this.collector : this.leader;
  }

  /** The block proposed is remembered; returns whether it is another than before. */
  proposed(block: Block): boolean {
    this.blocks.add(block.id);
    return this.blocks.size > 1;
  }

  /** When a validator gave the view up, left it or crashed; infinite when it never did. */
  stoppedUs(validator: number): number {
    return Math.min(this.timedOutUs.get(validator) ?? Infinity, this.leftUs.get(validator) ?? Infinity);
  }

  /** When the first validator entered. */
  get beganUs(): number {
    return Math.min(...this.enteredUs.values());
  }

  /** When the first timer expired. */
  get firstTimeoutUs(): number {
    return Math.min(...this.timedOutUs.values());
  }
}
