/**
 * What the records of one view say, asked by validator: who proposed, who had the proposal, who voted, whose vote
 * came to count, and where it stopped when it did not. Every answer is true, false or unknown.
 *
 * It looks at the view itself and the one after it; it concludes nothing about causes. The order in which records
 * were closed does not matter.
 */
import type { ViewRecord, VoteType } from '../record/view-record.js';
import type { Committee } from './committee.js';
import { deliveriesAmong, type Deliveries } from './deliveries.js';
import type { ViewHistory } from './history.js';
import { anyOf, type Known } from './known.js';
import type { LinkState, NodeStanding } from './node-standing.js';

/** One attached node: what it is now, and its records of the view and the next. */
export interface Witness {
  readonly standing: NodeStanding;
  readonly record: ViewRecord | undefined;
  readonly next: ViewRecord | undefined;
  /** The first later view in which it accepted a proposal, among the few that are looked at. */
  readonly later: ViewRecord | undefined;
}

/** What a verdict is reached from. */
export interface Scene {
  readonly chain: string;
  readonly view: number;
  readonly committee: Committee;
  readonly witnesses: readonly Witness[];
  readonly history: ViewHistory;
  /** The time of the verdict, microseconds since the Unix epoch. */
  readonly nowUs: number;
  /** Any record of a node that is still held. */
  look(node: string, view: number): ViewRecord | undefined;
}

/** Reasons to refuse a proposal that its leader could have avoided. */
const invalid: ReadonlySet<string> = new Set([
  'below_lock',
  'below_quorum',
  'invalid_block',
  'invalid_certificate',
  'invalid_signature',
  'malformed',
  'stale_epoch',
  'unknown_validator',
  'wrong_leader',
]);

/** A machine that takes this share of the timer for one step holds the view up. */
const STRAINED_SHARE = 0.25;

/** Views that are looked back upon, whatever the size of the set. */
export const MOST_LOOKED_BACK = 64;

/** The facts of one view, by validator. */
export class Evidence {
  readonly view: number;
  readonly committee: Committee;
  readonly history: ViewHistory;
  readonly witnesses: readonly Witness[];
  readonly leader: string | undefined;
  readonly nextLeader: string | undefined;
  readonly isBasic: boolean;
  /** Phase whose votes did not become a certificate that all got. */
  readonly phase: VoteType;
  /** Who collects the votes of that phase. */
  readonly collector: string | undefined;
  readonly deliveries: Deliveries;
  /** Wall time at which the first attached node entered, and at which the last one gave up or left. */
  readonly beganUs: number;
  readonly endedUs: number;
  /** Wall time at which the first attached node gave up; when the last left, where none did. */
  readonly firstUs: number;
  /** Half way to it: what lasted no longer hardly decided the view. */
  readonly middleUs: number;
  readonly timerUs: number;
  readonly #bySelf = new Map<string, Witness>();

  /** Any record of a node that is still held. */
  readonly look: Scene['look'];
  readonly #nowUs: number;

  constructor(scene: Scene) {
    const { view, committee, witnesses, history } = scene;
    this.look = (node, at) => scene.look(node, at);
    this.#nowUs = scene.nowUs;
    this.view = view;
    this.committee = committee;
    this.history = history;
    this.witnesses = witnesses;
    for (const witness of witnesses) {
      const { self } = witness.standing;
      if (self !== undefined) this.#bySelf.set(self, witness);
    }
    const records = this.records();
    this.leader = first(records, ({ leader }) => leader);
    this.nextLeader = first(
      witnesses.map(({ next }) => next),
      ({ leader }) => leader,
    );
    this.isBasic = records.some(({ ownVotes, leftBy, trigger }) => {
      const isSecond = ownVotes.some(({ vote, to }) => vote === 'vote2' || to === this.leader);
      return isSecond || leftBy === 'dc' || trigger === 'dc';
    });
    const entered = records.filter(({ isEntered }) => isEntered);
    this.timerUs = Math.max(0, ...records.map(({ timerUs }) => timerUs ?? 0));
    this.beganUs = Math.min(...entered.map(({ enteredAtUs }) => enteredAtUs));
    this.endedUs = Math.max(...entered.map((record) => record.enteredAtUs + givenUpUs(record)));
    const timeouts = entered.flatMap(({ enteredAtUs, timeout }) =>
      timeout === undefined ? [] : [enteredAtUs + timeout.atUs],
    );
    this.firstUs = timeouts.length > 0 ? Math.min(...timeouts) : this.endedUs;
    this.middleUs = (this.beganUs + this.firstUs) / 2;
    this.phase = this.isBasic && this.#isPrepared() ? 'vote2' : 'vote1';
    this.collector = this.#collectorOf(this.phase);
    this.deliveries = this.#deliveries();
  }

  /** All records of the view. */
  records(): ViewRecord[] {
    return this.witnesses.flatMap(({ record }) => record ?? []);
  }

  of(validator: string | undefined): Witness | undefined {
    return validator === undefined ? undefined : this.#bySelf.get(validator);
  }

  isGap(record: ViewRecord | undefined): boolean {
    return record?.incomplete.includes('consensus') ?? false;
  }

  // --- who is there

  /** Whether its process was down when the view was given up. */
  isDown(validator: string): Known {
    const witness = this.of(validator);
    if (witness !== undefined) {
      const { standing } = witness;
      if (standing.wasAway(this.beganUs, this.firstUs)) return true;
      // A recording of many nodes does not tell when one of them hung up: its peers do, and its own silence.
      const isMute = standing.heardUs < this.firstUs && this.of(validator)?.record?.timeout === undefined;
      return isMute && this.#linked(validator, 'closed') === true;
    }
    return this.#linked(validator, 'closed');
  }

  /** Whether its connections fell silent while its process ran. */
  isSilenced(validator: string): Known {
    if (this.isDown(validator) === true) return false;
    const states = this.witnesses
      .filter(({ standing }) => standing.self !== validator && standing.isAttached)
      .map(({ standing }): Known => {
        return standing.wasLinked(validator, 'silent', this.middleUs, this.endedUs + 2 * this.timerUs);
      });
    return anyOf(states);
  }

  /** Whether its own machine held it up in this view; unknown where it is not attached. */
  isStrained(validator: string | undefined): Known {
    const witness = this.of(validator);
    if (witness === undefined) return undefined;
    const { standing, record, next } = witness;
    // One that is far behind is still in a view of before.
    const current = standing.view < this.view ? this.look(standing.node, standing.view) : undefined;
    return anyOf([record, next, current].map((one) => isStrainedIn(one, this.timerUs)));
  }

  /** Whether it is far away, while others are near: a round trip to it takes half the timer, and far longer than usual. */
  isFar(validator: string | undefined): Known {
    if (validator === undefined) return undefined;
    return anyOf(
      this.witnesses.map(({ standing }): Known => {
        if (!standing.isAttached || standing.self === validator) return undefined;
        const trips = standing.roundTripsUs(validator);
        return trips && 2 * trips.to >= this.timerUs && trips.to >= 4 * trips.usual;
      }),
    );
  }

  /** Whether its machine or its link held it up. */
  isHeldUp(validator: string | undefined): Known {
    return anyOf([this.isStrained(validator), this.isFar(validator)]);
  }

  // --- the proposal

  /** Different blocks that the leader proposed. */
  get blocks(): ReadonlySet<string> {
    const blocks = new Set<string>();
    for (const { proposals } of this.records())
      for (const { block, validator } of proposals)
        if (validator === undefined || validator === this.leader) blocks.add(block);
    return blocks;
  }

  /** Blocks that validators of more than a third of the power voted for, as their collector saw. */
  get blocksVotedFor(): ReadonlySet<string> {
    const voters = new Map<string, Set<string>>();
    for (const { votes } of this.records())
      for (const { block, validator, vote } of votes) {
        if (vote !== 'vote1') continue;
        const known = voters.get(block) ?? new Set();
        voters.set(block, known.add(validator));
      }
    const weak = this.committee.power - this.committee.quorum + 1;
    return new Set(
      [...voters].filter(([, set]) => this.committee.powerOf(set) >= weak).map(([block]) => block),
    );
  }

  /** Who refused the leader's proposal as invalid. */
  get refusers(): readonly string[] {
    return this.witnesses.flatMap(({ standing, record }) =>
      record?.refusals.some(
        ({ what, validator, reason }) =>
          what === 'proposal' && (validator ?? this.leader) === this.leader && invalid.has(reason),
      )
        ? [standing.self ?? standing.node]
        : [],
    );
  }

  /** Whether the leader's proposal left it, to anybody. */
  get proposalLeft(): Known {
    if (this.proposalSeenBy().length > 0) return true;
    const witness = this.of(this.leader);
    if (witness === undefined) return undefined;
    const { record, standing } = witness;
    const isStated = record?.proposals.some(({ isOwn }) => isOwn) ?? false;
    if (isStated) return standing.handedOver('proposal', this.view) === 0 ? false : true;
    // One that is behind may come to the view yet, and propose.
    if (standing.isAttached && standing.view >= 0 && standing.view < this.view) return undefined;
    return this.isGap(record) || !standing.tells('proposals') ? undefined : false;
  }

  /** Attached nodes, other than the leader's, to which a proposal of the leader came, in time or not. */
  proposalSeenBy(): string[] {
    return this.witnesses.flatMap(({ standing, record }) =>
      standing.self !== this.leader && record !== undefined && hasProposal(record, this.leader)
        ? [standing.self ?? standing.node]
        : [],
    );
  }

  /** Whether a validator accepted the proposal before it gave the view up. */
  hadProposal(validator: string): 'in_time' | 'late' | 'never' | undefined {
    const record = this.of(validator)?.record;
    if (record === undefined) return undefined;
    const limitUs = record.timeout?.atUs ?? Number.POSITIVE_INFINITY;
    if (record.proposals.some(({ atUs }) => atUs <= limitUs)) return 'in_time';
    if (hasProposal(record, this.leader)) return 'late';
    const isTold = this.of(validator)?.standing.tells('proposals') === true;
    return this.isGap(record) || !isTold ? undefined : 'never';
  }

  // --- the votes

  /** Whose votes of the phase its collector has, in time or not; undefined where that is not known. */
  get arrivals(): ReadonlyMap<string, number> | undefined {
    const witness = this.of(this.collector);
    const record = witness?.record;
    if (record === undefined || this.isGap(record) || !witness?.standing.tells('votes')) return undefined;
    const arrivals = new Map<string, number>();
    for (const { vote, validator, atUs } of record.votes)
      if (vote === this.phase && !arrivals.has(validator)) arrivals.set(validator, atUs);
    return arrivals;
  }

  /** Whether the leader, and not the network, made its proposal late. */
  get isLeaderHeldUp(): Known {
    const { leader } = this;
    if (leader === undefined) return undefined;
    if (this.isHeldUp(leader) === true) return true;
    const own = this.of(leader)?.record;
    const sent = own?.proposals.find(({ isOwn }) => isOwn);
    const { history } = this;
    if (own !== undefined && sent !== undefined && own.isEntered) {
      const waitedUs = own.leaderWait?.waitUs ?? 0;
      if (sent.atUs - waitedUs >= STRAINED_SHARE * (own.timerUs ?? this.timerUs)) return true;
    }
    if (own !== undefined) return false;
    if (this.deliveries.missed > 0) return undefined;
    // One late proposal may be the network's doing; one after the other is the leader's.
    const isUsual = history.timerSuffices(this.timerUs, leader);
    return isUsual === true && history.lateAsLeader(leader) < 1 ? undefined : isUsual;
  }

  // --- links

  /** Whether nothing of `from` reaches `to` while both run. */
  isCut(from: string, to: string): Known {
    if (from === to) return false;
    const { groups, oneWay } = this.deliveries;
    const group = groups.find((members) => members.includes(from));
    const other = groups.find((members) => members.includes(to));
    if (group !== undefined && other !== undefined && group !== other) return true;
    if (oneWay?.from.includes(from) === true && oneWay.to.includes(to)) return true;
    const ends: Known[] = [];
    for (const [self, peer] of [
      [from, to],
      [to, from],
    ] as const) {
      const standing = this.of(self)?.standing;
      if (standing?.isAttached !== true || this.isDown(peer) === true) continue;
      ends.push(standing.wasLinked(peer, 'silent', this.middleUs, this.endedUs + 2 * this.timerUs));
    }
    return ends.length === 0 ? undefined : anyOf(ends);
  }

  #linked(validator: string, state: LinkState): Known {
    let result: Known = undefined;
    for (const { standing, record } of this.witnesses) {
      if (!standing.isAttached || record === undefined) continue;
      const found = standing.wasLinked(
        validator,
        state,
        record.enteredAtUs,
        record.enteredAtUs + givenUpUs(record),
      );
      if (found === true) result = true;
      else if (found === false) return false;
    }
    return result;
  }

  /** Whom cut links set apart within the last rotation of leaders, by the verdicts on its views. */
  get apartLately(): readonly string[] {
    return this.history.apartLately(Math.min(this.committee.members.length, MOST_LOOKED_BACK)) ?? [];
  }

  /** Whether more validators lied of late than the protocol bears, or agreement is broken: nobody can be relied upon. */
  get isBeyondFaults(): boolean {
    const { committee, history, view } = this;
    if (history.isBroken(view)) return true;
    const most = 4 * Math.min(committee.members.length, MOST_LOOKED_BACK);
    const liars = [...history.equivocators(most), ...history.liars(view, most)];
    return liars.length > 0 && committee.powerOf(liars) > committee.power - committee.quorum;
  }

  /** Where the leader proposed two blocks: whether it was proven of `validator` that it says two things. */
  isLiar(validator: string | undefined): boolean {
    if (validator === undefined || this.blocks.size < 2) return false;
    const rotation = 2 * Math.min(this.committee.members.length, MOST_LOOKED_BACK);
    return validator === this.leader || this.history.liars(this.view, rotation).includes(validator);
  }

  // --- certificates

  /** Whether the collector says that it gave what carries the certificate to its transport for some receivers only. */
  get isCertificateShownToFew(): Known {
    const handed = this.of(this.collector)?.standing.handedOver('proposal', this.view + 1);
    if (handed === undefined) return undefined;
    return handed > 0 && handed < this.committee.members.length - 1;
  }

  /** Whether a certificate of the last phase was known to somebody attached, when it is the phase that opens views. */
  get certificateSeen(): boolean {
    return this.records().some(({ certificates }) => certificates.some(({ vote }) => vote === this.phase));
  }

  /** Proposals of the next view, by whoever saw them. */
  nextProposals(): { readonly witness: Witness; readonly justifyView: number; readonly isOwn: boolean }[] {
    return this.witnesses.flatMap((witness) =>
      (witness.next?.proposals ?? []).map(({ justifyView, dcView, isOwn }) => ({
        witness,
        justifyView: this.isBasic ? (dcView ?? 0) : justifyView,
        isOwn,
      })),
    );
  }

  /** In the basic form: whether the first certificate reached most of those attached. */
  #isPrepared(): boolean {
    const entered = this.records().filter(({ isEntered }) => isEntered);
    const prepared = entered.filter(
      (record) =>
        record.self !== this.leader &&
        record.certificates.some(
          ({ vote, atUs }) => vote === 'vote1' && atUs <= (record.timeout?.atUs ?? Number.POSITIVE_INFINITY),
        ),
    );
    const others = entered.filter(({ self }) => self !== this.leader);
    return others.length > 0 ? 2 * prepared.length > others.length : false;
  }

  #collectorOf(phase: VoteType): string | undefined {
    const told = first(this.records(), ({ ownVotes }) => ownVotes.find(({ vote }) => vote === phase)?.to);
    if (told !== undefined) return told;
    if (this.isBasic && phase === 'vote1') return this.leader;
    return first(this.records(), ({ collector }) => collector) ?? this.nextLeader;
  }

  #deliveries(): Deliveries {
    // Views left by the timer alone end without messages to everybody.
    const tellsAll = !this.records().some(({ leftBy, trigger }) => leftBy === 'timer' || trigger === 'timer');
    const nodes = this.witnesses.flatMap(({ standing, record, next }) =>
      standing.self === undefined
        ? []
        : [
            {
              self: standing.self,
              standing,
              records: [record, next],
              isRunning:
                !standing.wasAway(this.beganUs, this.endedUs) &&
                this.isDown(standing.self) !== true &&
                this.isHeldUp(standing.self) !== true,
              silent: this.committee.those((id) =>
                standing.wasLinked(id, 'silent', this.middleUs, this.endedUs + 2 * this.timerUs),
              ),
            },
          ],
    );
    const arrivedByUs = this.#nowUs - this.timerUs;
    return deliveriesAmong(nodes, tellsAll, this.committee.members.length - 1, arrivedByUs);
  }
}

/** How long after its entry a node gave the view up, left it, or should have. */
export function givenUpUs({ timeout, leftUs, timerUs }: ViewRecord): number {
  return timeout?.atUs ?? leftUs ?? timerUs ?? 0;
}

/** Whether the machine took a good part of the timer for one step. */
function isStrainedIn(record: ViewRecord | undefined, usualTimerUs: number): Known {
  if (record === undefined) return undefined;
  const { storageUs = 0, loopLagUs = 0, processingUs = 0 } = record.strain;
  const longestUs = Math.max(storageUs, loopLagUs, processingUs);
  const timerUs = record.timerUs ?? usualTimerUs;
  return timerUs > 0 && longestUs >= STRAINED_SHARE * timerUs;
}

function hasProposal({ proposals, refusals }: ViewRecord, leader: string | undefined): boolean {
  if (proposals.some(({ isOwn }) => !isOwn)) return true;
  return refusals.some(({ what, validator }) => what === 'proposal' && (validator ?? leader) === leader);
}

function first<T, R>(values: readonly (T | undefined)[], read: (value: T) => R | undefined): R | undefined {
  for (const value of values) {
    const found = value === undefined ? undefined : read(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
