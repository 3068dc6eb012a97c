/**
 * Watches a run for broken safety rules (research 1.7), from what the validators do, not from what
 * their protocol code believes: the code under test and its judge share no logic beyond the types.
 * Faulty validators marked as Byzantine are not judged as honest ones; crashed ones are honest.
 *
 * Memory: a few numbers per view and per height, of the newest 65,536; nothing per message. What a validator
 * does that is further behind than that is not judged by what others did then.
 */
import type { Block, Qc } from '../protocol/block.js';
import type { Committee } from '../protocol/committee.js';
import type { EpochSchedule } from '../protocol/epoch.js';
import type { PacemakerKind, ProtocolName } from '../protocol/replica.js';
import type { Rotation } from '../protocol/rotation.js';
import { countSigners, listSigners } from '../protocol/signers.js';
import { Accountability } from './accountability.js';
import { RecentTable } from './recent-table.js';
import type { ViolationLog } from './violation.js';

/** What certificates and leaders of one epoch are judged by. */
interface Rules {
  readonly epoch: number;
  readonly committee: Committee;
  readonly rotation: Rotation;
  /** Counting is cheaper than weighing, and the same where all are of the set and powers are equal. */
  readonly quorumSize: number | undefined;
  /** How many members make a quorum; undefined where powers differ. */
  readonly quorumMembers: number | undefined;
}

/** The safety rules S1-S13, checked as things happen. */
export class SafetyChecker {
  readonly #log: ViolationLog;
  #rules: Rules;
  readonly #schedule: EpochSchedule | undefined;
  readonly #protocol: ProtocolName;
  // By view or height, over all validators.
  readonly #certified = new RecentTable();
  readonly #decided = new RecentTable();
  readonly #proposed = new RecentTable();
  readonly #committed = new RecentTable();
  readonly #roots = new RecentTable();
  /** By block, where the set changes: the epoch that it was proposed in. */
  readonly #madeIn = new RecentTable();
  readonly #timersAlone: boolean;
  // By validator.
  readonly #views: Float64Array;
  readonly #votedViews: Float64Array;
  readonly #secondVotes: Float64Array;
  readonly #lockViews: Float64Array;
  readonly #heights: Float64Array;
  readonly #heads: Float64Array;
  readonly #epochs: Float64Array;
  readonly #byzantine = new Set<number>();
  /** 1 for each validator that is judged as an honest one. */
  readonly #judged: Uint8Array;
  readonly #evidence: Accountability;
  /** By height: the block whose certificates made it final. */
  readonly #tips = new RecentTable();

  /**
   * @param first the true set of the first epoch: its quorum is what certificates are judged by
   * @param schedule the true sets of all epochs; without it the set never changes
   * @param pacemaker `epoch` lets views be entered without any certificate, whose numbers the next set may repeat
   */
  constructor(
    log: ViolationLog,
    first: Pick<Rules, 'committee' | 'rotation'>,
    protocol: ProtocolName = 'hotstuff2-chained',
    schedule?: EpochSchedule,
    pacemaker: PacemakerKind = 'timeout',
  ) {
    this.#timersAlone = pacemaker === 'epoch';
    this.#protocol = protocol;
    this.#evidence = new Accountability(protocol);
    this.#log = log;
    this.#schedule = schedule;
    this.#rules = rulesOf(0, first);
    const { committee } = first;
    this.#views = new Float64Array(committee.size);
    this.#votedViews = new Float64Array(committee.size);
    this.#secondVotes = new Float64Array(committee.size);
    this.#lockViews = new Float64Array(committee.size);
    this.#heights = new Float64Array(committee.size);
    this.#heads = new Float64Array(committee.size);
    this.#epochs = new Float64Array(committee.size);
    this.#judged = new Uint8Array(committee.size).fill(1);
  }

  /** From now on this validator is not judged as an honest one. Twins, in slots above all, never are. */
  deviates(validator: number): void {
    this.#byzantine.add(validator);
    if (validator < this.#judged.length) this.#judged[validator] = 0;
  }

  /** A block was made, by whomever. */
  made(block: Block): void {
    this.#evidence.made(block);
    if (this.#schedule !== undefined) this.#madeIn.set(block.id, block.opening?.epoch ?? 0);
  }

  #isHonest(validator: number): boolean {
    return this.#judged[validator] === 1;
  }

  /** A process starts, with what it restored. */
  started(atUs: number, validator: number, lockView: number, votedView: number): void {
    if (!this.#isHonest(validator)) return;
    this.#views[validator] = 0;
    if (lockView < (this.#lockViews[validator] as number))
      this.#log.add('S5', atUs, { validators: [validator], view: lockView, detail: 'lost over a restart' });
    if (votedView < (this.#votedViews[validator] as number))
      this.#log.add('S4', atUs, {
        validators: [validator],
        view: votedView,
        detail: `restarted believing that it last voted in view ${votedView}, but it voted in ${this.#votedViews[validator]}`,
      });
  }

  /** A validator goes on in an epoch: locks are compared within it, views and votes over all. */
  epochEntered(atUs: number, validator: number, epoch: number): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#epochs[validator] as number;
    if (epoch === before) return;
    if (epoch < before)
      this.#log.add('S7', atUs, { validators: [validator], detail: `epoch ${epoch}, was in ${before}` });
    this.#epochs[validator] = epoch;
    if (this.#timersAlone) this.#views[validator] = 0;
    this.#lockViews[validator] = 0;
  }

  /** The rules of an epoch; consecutive questions are mostly about the same. */
  #rulesOf(epoch: number): Rules {
    if (this.#rules.epoch !== epoch && this.#schedule !== undefined)
      this.#rules = rulesOf(epoch, this.#schedule.of(epoch));
    return this.#rules;
  }

  /** Two blocks of one view conflict where they are of one epoch. */
  #areRivals(one: number, another: number): boolean {
    if (one === -1 || one === another) return false;
    return this.#madeIn.get(one) === this.#madeIn.get(another);
  }

  viewEntered(atUs: number, validator: number, view: number): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#views[validator] as number;
    if (view <= before)
      this.#log.add('S7', atUs, { validators: [validator], view, detail: `was in ${before}` });
    this.#views[validator] = view;
  }

  proposed(atUs: number, validator: number, block: Block): void {
    if (!this.#isHonest(validator)) return;
    const { view } = block;
    const { rotation } = this.#rulesOf(block.opening?.epoch ?? 0);
    if (rotation.leader(view) !== validator)
      this.#log.add('S12', atUs, { validators: [validator], view, detail: `block ${block.id}` });
    const before = this.#proposed.get(view);
    if (this.#areRivals(before, block.id))
      this.#log.add('S10', atUs, {
        validators: [validator],
        view,
        detail: `blocks ${before} and ${block.id}`,
      });
    this.#proposed.set(view, block.id);
  }

  /** A vote1, with the view of the proposal's certificate. */
  voted(atUs: number, validator: number, view: number, justifyView: number): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#votedViews[validator] as number;
    if (view <= before)
      this.#log.add('S4', atUs, { validators: [validator], view, detail: `had voted in view ${before}` });
    else this.#votedViews[validator] = view;
    const lock = this.#lockViews[validator] as number;
    if (justifyView < lock)
      this.#log.add('S6', atUs, {
        validators: [validator],
        view,
        detail: `justify of view ${justifyView}, lock of view ${lock}`,
      });
  }

  /** A vote2: once a view, and only while in it (research 1.2). */
  votedAgain(atUs: number, validator: number, view: number): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#secondVotes[validator] as number;
    const now = this.#views[validator] as number;
    if (view <= before || view !== now)
      this.#log.add('S4', atUs, {
        validators: [validator],
        view,
        detail: `vote2 while in view ${now}, had cast one in view ${before}`,
      });
    this.#secondVotes[validator] = Math.max(before, view);
  }

  locked(atUs: number, validator: number, lock: Qc): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#lockViews[validator] as number;
    if (lock.view < before)
      this.#log.add('S5', atUs, { validators: [validator], view: lock.view, detail: `was ${before}` });
    else this.#lockViews[validator] = lock.view;
  }

  certified(atUs: number, validator: number, qc: Qc): void {
    this.#evidence.certified(qc);
    this.#judge(atUs, validator, qc, this.#certified);
  }

  /** A double certificate, of the basic form. */
  doubleCertified(atUs: number, validator: number, dc: Qc): void {
    this.#evidence.decided(dc);
    this.#judge(atUs, validator, dc, this.#decided);
    if (this.#certified.get(dc.view) !== dc.block && !this.#certified.forgot(dc.view))
      this.#log.add('S2', atUs, {
        validators: [validator],
        view: dc.view,
        detail: `double certificate of block ${dc.block}, certificate of ${this.#certified.get(dc.view)}`,
      });
  }

  #judge(atUs: number, validator: number, qc: Qc, known: RecentTable): void {
    const { committee, quorumSize } = this.#rulesOf(qc.epoch);
    const enough =
      quorumSize === undefined
        ? committee.isQuorum(qc.signers) && areMembers(qc, committee)
        : countSigners(qc.signers, committee.size) >= quorumSize;
    if (!enough)
      this.#log.add('S3', atUs, {
        validators: [validator],
        view: qc.view,
        detail: `${countSigners(qc.signers)} signers`,
      });
    const before = known.get(qc.view);
    if (this.#areRivals(before, qc.block))
      this.#log.add('S2', atUs, {
        validators: [validator],
        view: qc.view,
        detail: `blocks ${before} and ${qc.block}`,
      });
    known.set(qc.view, qc.block);
  }

  /** Blocks that a validator committed at once, ascending; by the certificates of `last`, or of one that trails. */
  committed(atUs: number, validator: number, blocks: readonly Block[], last = blocks.at(-1)): void {
    const head = blocks.at(-1);
    if (last === undefined || head === undefined || !this.#isHonest(validator)) return;
    if (this.#committed.get(head.height) === -1 && !this.#committed.forgot(head.height))
      this.#mustBeLocked(atUs, validator, last);
    for (const block of blocks) this.#committedOne(atUs, validator, block, last);
    if (this.#protocol === 'hotstuff2-basic') return this.#mustBeIn(this.#decided, atUs, validator, last, 0);
    this.#mustBeIn(this.#certified, atUs, validator, last, 1);
    if (this.#protocol === 'hotstuff3-chained') this.#mustBeIn(this.#certified, atUs, validator, last, 2);
  }

  /** @param root the state root as one number below 2^53 */
  executed(atUs: number, validator: number, height: number, root: number): void {
    if (!this.#isHonest(validator)) return;
    const before = this.#roots.get(height);
    if (before !== -1 && before !== root)
      this.#log.add('S11', atUs, { validators: [validator], height, detail: `${before} and ${root}` });
    this.#roots.set(height, root);
  }

  #committedOne(atUs: number, validator: number, block: Block, tip: Block): void {
    const { height, view } = block;
    const before = this.#committed.get(height);
    if (before !== -1 && before !== block.id)
      this.#log.add('S1', atUs, {
        validators: [validator],
        view,
        height,
        detail: `blocks ${before} and ${block.id}`,
        culprits: this.#evidence.culprits(this.#tips.get(height), tip.id),
      });
    this.#committed.set(height, block.id);
    this.#tips.set(height, tip.id);
    if (height !== (this.#heights[validator] as number) + 1 || block.parent !== this.#heads[validator])
      this.#log.add('S9', atUs, {
        validators: [validator],
        view,
        height,
        detail: `had height ${this.#heights[validator]}`,
      });
    this.#heights[validator] = height;
    this.#heads[validator] = block.id;
    this.#mustBeIn(this.#certified, atUs, validator, block, 0);
  }

  /** Judged at the first commit only: locks never go back. Who signed the last certificate was locked. */
  #mustBeLocked(atUs: number, validator: number, { view, height, opening }: Block): void {
    const epoch = opening?.epoch ?? 0;
    const { committee, quorumMembers } = this.#rulesOf(epoch);
    const mostFaulty = committee.weakSize - 1;
    if (quorumMembers === undefined || this.#byzantine.size > mostFaulty) return;
    let locked = 0;
    for (let other = 0; other < this.#lockViews.length; other++)
      if ((this.#lockViews[other] as number) >= view && this.#isHonest(other)) locked++;
    if (locked >= quorumMembers - mostFaulty) return;
    this.#log.add('S13', atUs, { validators: [validator], view, height, detail: `${locked} locked` });
  }

  /** A certificate of the block's view, or of so many views later, exists. */
  #mustBeIn(table: RecentTable, atUs: number, validator: number, block: Block, later: number): void {
    const view = block.view + later;
    if (table.get(view) !== -1 || table.forgot(view)) return;
    this.#log.add('S8', atUs, {
      validators: [validator],
      view: block.view,
      height: block.height,
      detail: `no ${table === this.#decided ? 'double ' : ''}certificate of view ${view} was ever formed`,
    });
  }
}

function rulesOf(epoch: number, { committee, rotation }: Pick<Rules, 'committee' | 'rotation'>): Rules {
  const { size, members, totalPower, quorumPower } = committee;
  const quorumMembers = totalPower === members.length ? quorumPower : undefined;
  const quorumSize = members.length === size ? quorumMembers : undefined;
  return { epoch, committee, rotation, quorumSize, quorumMembers };
}

/** Nobody signed who is not of the set. */
function areMembers({ signers }: Qc, committee: Committee): boolean {
  return listSigners(signers).every((signer) => committee.includes(signer));
}
