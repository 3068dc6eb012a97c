/**
 * Watches the whole world and tells the truth about it: the cause of every view in which a timer expired, deeds,
 * broken rules. It hears the replicas, the messages and the faults, changes nothing, and is absent from a run whose
 * truth nobody wants. Views are judged when everybody that runs has left them; memory is bounded.
 */
import type { Violation } from '../checkers/violation.js';
import type { LastingFault } from '../faults/fault.js';
import type { NetworkTrace } from '../network/network.js';
import { epochOf, type Block, type Qc } from '../protocol/block.js';
import type { Committee } from '../protocol/committee.js';
import type { Observer } from '../protocol/effects.js';
import type { EpochSet } from '../protocol/epoch.js';
import { Kind, type Message } from '../protocol/messages.js';
import type { PacemakerKind, ProtocolName, Vote2Collector } from '../protocol/replica.js';
import type { Rotation } from '../protocol/rotation.js';
import type { RunTime, RunWatch } from '../report/run-watch.js';
import { DeedWatch } from './deeds.js';
import { judge, type Finding, type Scene } from './diagnosis.js';
import { FaultHistory } from './fault-history.js';
import { Fate } from './passage.js';
import type { DeedName, TrueCause, TruthLine } from './truth-line.js';
import { ViewRecord } from './view-record.js';

/** Views kept open behind the highest one, for validators that are far behind. */
const OPEN_VIEWS = 256;

/** More views than a run has. */
const VIEWS = 2 ** 32;

/** Reasons of refusal that say the proposal was invalid. */
const INVALID: ReadonlySet<string> = new Set([
  'invalid_certificate',
  'invalid_block',
  'below_lock',
  'wrong_leader',
  'stale_epoch',
]);

/** What the truth is told about. */
export interface TruthWorld {
  readonly time: RunTime;
  readonly startUs: number;
  readonly committee: Committee;
  readonly rotation: Rotation;
  readonly protocol: ProtocolName;
  readonly pacemaker: PacemakerKind;
  readonly vote2To: Vote2Collector | undefined;
  /** The longest view timer. */
  readonly maxTimeoutUs: number;
  readonly leaderWaitUs: number;
  readonly machinesTakeTime: boolean;
  /** Whether messages are lost or held back all through the run. */
  readonly alwaysDisturbed: boolean;
  /** Whether messages from one slot reach a validator now: no link cut, no twin in between. */
  reaches(fromSlot: number, to: number): boolean;
  /** When a validator's disk has done all that was asked for. */
  busyUntilUs(validator: number): number;
  /** The longest of a validator's newest long syncs that touch the span; 0 when none does. */
  longestSyncUs(validator: number, fromUs: number, toUs: number): number;
  name(validator: number): string;
}

/** Tells the truth of one run. */
export class TruthTeller implements RunWatch, NetworkTrace {
  readonly #world: TruthWorld;
  readonly #tell: (line: TruthLine) => void;
  readonly #history: FaultHistory;
  readonly #deeds: DeedWatch;
  readonly #scene: Scene;
  readonly #size: number;
  /** By `keyOf`. */
  readonly #records = new Map<number, ViewRecord>();
  /** By validator: the view it is in, and the view of its highest certificate. */
  readonly #views: number[];
  readonly #highQcViews: number[];
  readonly #epochs: number[];
  /** By validator: the view that its epoch began in for it. */
  readonly #firstViews: number[];
  /** Sets by epoch, those after the first. */
  readonly #sets = new Map<number, EpochSet>();
  /** When each began and ended to catch up, last time. */
  readonly #syncs: { fromUs: number; toUs: number }[];
  #highest = 0;
  #settled = 0;

  constructor(world: TruthWorld, tell: (line: TruthLine) => void) {
    this.#world = world;
    this.#tell = tell;
    const { committee } = world;
    this.#size = committee.size;
    this.#history = new FaultHistory(committee, world.alwaysDisturbed);
    this.#deeds = new DeedWatch(
      (epoch) => this.#committeeOf(epoch),
      (deed, validator, view) => this.#tellDeed(deed, validator, view),
    );
    this.#epochs = new Array<number>(committee.size).fill(0);
    this.#firstViews = new Array<number>(committee.size).fill(0);
    this.#views = new Array<number>(committee.size).fill(0);
    this.#highQcViews = new Array<number>(committee.size).fill(0);
    this.#syncs = Array.from({ length: committee.size }, () => ({ fromUs: Infinity, toUs: Infinity }));
    this.#scene = {
      history: this.#history,
      // Under the epoch pacemaker whoever is out of step gets back at the end of an epoch.
      horizonUs: (world.pacemaker === 'epoch' ? committee.weakSize + 2 : 2) * world.maxTimeoutUs,
      leaderWaitUs: world.leaderWaitUs,
      machinesTakeTime: world.machinesTakeTime,
      longestSyncUs: (validator, fromUs, toUs) => world.longestSyncUs(validator, fromUs, toUs),
      wasSyncing: (validator, fromUs, toUs) => {
        const sync = this.#syncs[validator];
        return sync !== undefined && sync.fromUs <= toUs && sync.toUs >= fromUs;
      },
    };
  }

  // --- faults, messages, rules

  /** A fault began or ended; the links are what it made them. */
  faultChanged(fault: LastingFault, validators: readonly number[], begins: boolean): void {
    const { nowUs } = this.#world.time;
    if (begins) this.#history.begin(fault, validators, nowUs);
    else this.#history.end(fault, validators, this.#effectUntilUs(fault, validators));
    if (fault.kind === 'one_way_partition') {
      const [from, to] = [validators.slice(0, fault.from.length), validators.slice(fault.from.length)];
      const apart = from.length <= to.length ? from : to;
      if (begins) this.#history.cutBegan(apart, nowUs);
      else this.#history.cutEnded(apart, nowUs);
    }
    if (fault.kind === 'partition' || fault.kind === 'one_way_partition' || fault.kind === 'twins')
      this.#history.linksChanged(nowUs, (from, to) => this.#world.reaches(from, to));
    if (!begins || (fault.kind !== 'crash' && fault.kind !== 'amnesia')) return;
    for (const validator of validators) this.#recordOf(validator)?.leftUs.set(validator, nowUs);
  }

  /** A fault that ends leaves something behind: messages under way, syncs and messages that queue. */
  #effectUntilUs(fault: LastingFault, validators: readonly number[]): number {
    const { time, maxTimeoutUs } = this.#world;
    if (fault.kind === 'slow') return time.nowUs + fault.delayUs;
    if (fault.kind === 'starve') return time.nowUs + maxTimeoutUs;
    if (fault.kind !== 'stall') return time.nowUs;
    return Math.max(time.nowUs, ...validators.map((validator) => this.#world.busyUntilUs(validator)));
  }

  sent(slot: number, to: number, message: Message, arrivesUs: number | undefined, cut: boolean): void {
    const from = slot % this.#size;
    const { nowUs } = this.#world.time;
    this.#deeds.sent(from, message, {
      view: this.#views[from] ?? 0,
      highQcView: this.#highQcViews[from] ?? 0,
      deviant: this.#history.had('deviant', from, nowUs, nowUs),
    });
    // A message between the worlds of twins is one on a cut link.
    const parted = !cut && !this.#world.reaches(slot, to);
    const arrival = parted ? undefined : arrivesUs;
    this.#noted(from, to, message, nowUs, arrival, cut || parted);
  }

  /** A checker saw a rule broken. */
  violated({ rule, view, height, validators, culprits }: Violation): void {
    // Twins have slots of their own above the validators'.
    const first = (validators[0] ?? 0) % this.#size;
    if (rule === 'S6') this.#deeds.did('vote_below_lock', first, view ?? 0);
    if (rule === 'S5') this.#deeds.did('lock_regression', first, view ?? 0);
    this.#tell({
      type: 'violation',
      at_us: this.#nowUs(),
      violation: rule,
      view,
      height,
      culprits: this.#names((culprits ?? validators).map((slot) => slot % this.#size)),
    });
  }

  #noted(
    from: number,
    to: number,
    message: Message,
    atUs: number,
    arrivesUs: number | undefined,
    cut: boolean,
  ): void {
    const record = this.#record(message.view, epochOf(message));
    switch (message.kind) {
      case Kind.proposal: {
        const carried = this.#carriedView(message.block);
        const { justify, dc } = message.block;
        // Only a certificate that holds carries anything on.
        if (
          carried === message.view - 1 &&
          this.#committeeOf(justify.epoch).isQuorum((dc ?? justify).signers)
        )
          this.#known(carried, (dc ?? justify).epoch)?.passing.sent(to, from, atUs, arrivesUs, cut);
        if (record === undefined || record.leader !== from) return;
        record.proposed(message.block);
        return record.rounds[0]?.broadcast.sent(to, from, atUs, arrivesUs, cut);
      }
      case Kind.vote1:
        if (record?.collectorOf(0) === to) record.rounds[0]?.votes.sent(from, from, atUs, arrivesUs, cut);
        return;
      case Kind.vote2:
        if (record?.collector === to) record.rounds[1]?.votes.sent(from, from, atUs, arrivesUs, cut);
        return;
      case Kind.prepare:
        if (record?.leader === from) record.rounds[1]?.broadcast.sent(to, from, atUs, arrivesUs, cut);
        return;
      case Kind.decide:
        if (record?.collector === from) record.passing.sent(to, from, atUs, arrivesUs, cut);
        return;
      default:
        return;
    }
  }

  // --- what replicas state

  observer(validator: number): Partial<Observer> {
    return {
      epochEntered: (set, { view }) => this.#epochEntered(validator, set, view),
      viewEntered: (view, trigger, leader) => this.#entered(validator, view, trigger, leader),
      viewTimedOut: (view) => this.#timedOut(validator, view),
      proposalSent: (block) =>
        this.#record(block.view, epochOf(block))?.rounds[0]?.broadcast.here(
          validator,
          this.#world.time.nowUs,
        ),
      proposalReceived: (block) => this.#carriedOn(validator, this.#carriedView(block), block.justify.epoch),
      proposalRejected: (block, _from, reason) => {
        if (INVALID.has(reason)) this.#record(block.view, epochOf(block))?.refused.add(validator);
      },
      voteSent: (vote, _justifyView, _lockView, to) => {
        const record = this.#record(vote.view, epochOf(vote));
        const round = record?.rounds[vote.kind === Kind.vote2 ? 1 : 0];
        if (record === undefined || round === undefined) return;
        if (round === record.rounds.at(-1)) record.collector = to;
        if (!round.castUs.has(validator)) round.castUs.set(validator, this.#world.time.nowUs);
      },
      voteReceived: (vote, from) => {
        const counted = this.#record(vote.view, epochOf(vote))?.rounds[vote.kind === Kind.vote2 ? 1 : 0]
          ?.countedUs;
        if (counted?.has(from) === false) counted.set(from, this.#world.time.nowUs);
      },
      qcFormed: (qc) => this.#certified(validator, qc, 0),
      dcFormed: (dc) => this.#certified(validator, dc, 1),
      highQcUpdated: (qc) => {
        this.#highQcViews[validator] = qc.view;
      },
      syncStarted: () => {
        this.#syncs[validator] = { fromUs: this.#world.time.nowUs, toUs: Infinity };
      },
      syncCompleted: () => {
        const sync = this.#syncs[validator];
        if (sync !== undefined) sync.toUs = this.#world.time.nowUs;
      },
    };
  }

  committed(): void {
    // What is final is no matter of a view's failure.
  }

  #epochEntered(validator: number, set: EpochSet, firstView: number): void {
    // It leaves the view that it was in, whatever the number of the next.
    this.#recordOf(validator)?.leftUs.set(validator, this.#world.time.nowUs);
    this.#firstViews[validator] = firstView;
    this.#epochs[validator] = set.epoch;
    if (this.#sets.has(set.epoch)) return;
    this.#sets.set(set.epoch, set);
    this.#history.setChanged(set.committee);
  }

  #committeeOf(epoch: number): Committee {
    return this.#sets.get(epoch)?.committee ?? this.#world.committee;
  }

  #entered(validator: number, view: number, trigger: string, leader: number): void {
    const { nowUs } = this.#world.time;
    this.#recordOf(validator)?.leftUs.set(validator, nowUs);
    this.#views[validator] = view;
    if (view > this.#highest) {
      this.#highest = view;
      this.#settle();
    }
    const epoch = this.#epochs[validator] ?? 0;
    // The certificate that closes an epoch opens the first view of the next.
    const carries = view === this.#firstViews[validator] ? epoch - 1 : epoch;
    if (trigger === 'qc' || trigger === 'dc') this.#carriedOn(validator, view - 1, carries);
    const record = this.#record(view, epoch, leader);
    if (record === undefined) return;
    record.enteredUs.set(validator, nowUs);
    if (trigger === 'start' && view > 1) record.startedIn.add(validator);
    record.leftUs.delete(validator);
  }

  #timedOut(validator: number, view: number): void {
    const { nowUs } = this.#world.time;
    // Who deviated until now has itself to thank.
    if (this.#history.had('deviant', validator, nowUs - this.#scene.horizonUs, nowUs)) return;
    const record = this.#known(view, this.#epochs[validator] ?? 0);
    if (record === undefined) return this.#tellLate(validator, view);
    // Who is not of the set follows, and its timer holds nothing up.
    if (record.committee.powerOf(validator) === 0) return;
    if (!record.timedOutUs.has(validator)) record.timedOutUs.set(validator, nowUs);
  }

  #certified(validator: number, qc: Qc, index: number): void {
    const round = this.#known(qc.view, qc.epoch)?.rounds[index];
    if (round !== undefined) round.certified ??= { atUs: this.#world.time.nowUs, by: validator };
  }

  /** A validator went on by the certificate of `view`, or accepted what carries it. */
  #carriedOn(validator: number, view: number, epoch: number): void {
    const record = this.#known(view, epoch);
    if (record === undefined || record.collector === validator) return;
    const { nowUs } = this.#world.time;
    if (!this.#history.had('deviant', validator, nowUs, nowUs)) record.carriedOnBy.add(validator);
  }

  /** The view whose last certificate a block carries. */
  #carriedView(block: Block): number {
    return this.#world.protocol === 'hotstuff2-basic' ? (block.dc?.view ?? -1) : block.justify.view;
  }

  // --- judging

  /** Views that nobody is in any more, or that are too far back, are judged and forgotten. */
  #settle(): void {
    const { nowUs } = this.#world.time;
    let lowest = this.#highest;
    this.#views.forEach((view, validator) => {
      if (view < lowest && !this.#history.isDown(validator, nowUs)) lowest = view;
    });
    const before = Math.max(lowest - 1, this.#highest - OPEN_VIEWS);
    let oldestUs = nowUs;
    for (const record of this.#records.values()) {
      if (record.view < before) this.#close(record);
      else oldestUs = Math.min(oldestUs, record.beganUs);
    }
    this.#settled = Math.max(this.#settled, before - 1);
    this.#history.forget(oldestUs - 2 * this.#scene.horizonUs);
  }

  /** The run is over: all that is open is judged by what happened so far. */
  finish(): void {
    for (const record of [...this.#records.values()].sort(
      (a, b) => keyOf(a.view, a.epoch) - keyOf(b.view, b.epoch),
    ))
      this.#close(record);
  }

  #close(record: ViewRecord): void {
    this.#records.delete(keyOf(record.view, record.epoch));
    this.#omissions(record);
    if (record.timedOutUs.size === 0) return;
    const { cause, culprits, outcome, own } = judge(record, this.#scene);
    const timedOut = [...record.timedOutUs.keys()].sort((a, b) => a - b);
    this.#tell({
      type: 'view',
      at_us: this.#world.startUs + record.firstTimeoutUs,
      view: record.view,
      outcome,
      leader: this.#world.name(record.leader),
      collector: this.#world.name(record.collector),
      ...this.#named({ cause, culprits }),
      timed_out: this.#names(timedOut),
      own: Object.fromEntries(
        [...own].map(([validator, finding]) => [this.#world.name(validator), this.#named(finding)]),
      ),
    });
  }

  /** What was due and did not leave; only whoever deviates keeps it back. */
  #omissions(record: ViewRecord): void {
    const { beganUs, leader } = record;
    const wasDeviant = (one: number): boolean =>
      this.#history.had('deviant', one, beganUs, this.#world.time.nowUs);
    record.rounds.forEach((round, index) => {
      for (const [voter, castUs] of round.castUs)
        if (
          voter !== record.collectorOf(index) &&
          round.votes.fate(voter) === Fate.notSent &&
          this.#history.had('deviant', voter, castUs, castUs)
        )
          this.#deeds.did('vote_withheld', voter, record.view);
    });
    const broadcast = record.rounds[0]?.broadcast;
    if (broadcast?.fate(leader) !== Fate.carried || !wasDeviant(leader)) return;
    for (let to = 0; to < this.#size; to++)
      if (broadcast.fate(to) === Fate.notSent) this.#deeds.did('proposal_withheld', leader, record.view);
  }

  /** A timer expired in a view that was judged before: whoever is still there is behind. */
  #tellLate(validator: number, view: number): void {
    const name = this.#world.name(validator);
    const { rotation } = this.#sets.get(this.#epochs[validator] ?? 0) ?? this.#world;
    this.#tell({
      type: 'view',
      at_us: this.#nowUs(),
      view,
      outcome: 'lagged',
      leader: this.#world.name(rotation.leader(view)),
      collector: this.#world.name(rotation.leader(view + 1)),
      cause: 'sync_lag',
      culprits: [name],
      timed_out: [name],
      own: {},
    });
  }

  /** The record of the view that a validator is in. */
  #recordOf(validator: number): ViewRecord | undefined {
    return this.#known(this.#views[validator] ?? 0, this.#epochs[validator] ?? 0);
  }

  #known(view: number, epoch: number): ViewRecord | undefined {
    return this.#records.get(keyOf(view, epoch));
  }

  /** The record of a view, made if it is neither settled nor far ahead. */
  #record(view: number, epoch: number, leader?: number): ViewRecord | undefined {
    const known = this.#known(view, epoch);
    if (known !== undefined || view <= this.#settled || view > this.#highest + 1) return known;
    const { protocol, vote2To } = this.#world;
    const rotation = this.#sets.get(epoch)?.rotation ?? this.#world.rotation;
    const isBasic = protocol === 'hotstuff2-basic';
    const leads = leader ?? rotation.leader(view);
    const collector = isBasic && vote2To === 'leader' ? leads : rotation.leader(view + 1);
    const committee = this.#committeeOf(epoch);
    const record = new ViewRecord({ view, epoch }, leads, collector, isBasic ? 2 : 1, committee);
    this.#records.set(keyOf(view, epoch), record);
    return record;
  }

  // --- words

  #nowUs(): number {
    return this.#world.startUs + this.#world.time.nowUs;
  }

  #tellDeed(deed: DeedName, validator: number, view: number): void {
    this.#tell({ type: 'deed', at_us: this.#nowUs(), deed, validator: this.#world.name(validator), view });
  }

  #named({ cause, culprits }: Finding): TrueCause {
    return { cause, culprits: this.#names(culprits) };
  }

  #names(validators: readonly number[]): string[] {
    return validators.map((validator) => this.#world.name(validator));
  }
}

/** A view of an epoch as one number. */
function keyOf(view: number, epoch: number): number {
  return epoch * VIEWS + view;
}
