/**
 * Who takes part in a chain's consensus, merged from the records of all attached nodes: each view is
 * judged once it has settled, and every member's standing follows. Members that leave the set take their
 * standing and series with them; members that join are judged from the next view on.
 */
import type { ChainScope, NodeObserver, NodeScope, ValidatorMember } from '../../domain.js';
import type { ChainRecords } from '../record/chain-records.js';
import type { RecordListener, ViewRecord } from '../record/view-record.js';
import { setOrClear } from '../../span.js';
import { quorumOf } from '../quorum.js';
import { Judge } from './judge.js';
import { JudgedViews } from './judged-views.js';
import { participationMetrics as m } from './participation-metrics.js';
import { Settlement } from './settlement.js';
import { Standing } from './standing.js';
import { ValidatorSeries } from './validator-series.js';

interface Member extends ValidatorMember {
  readonly standing: Standing;
  readonly series: ValidatorSeries;
}

/** A member and how it stands. */
export interface Participant extends ValidatorMember {
  readonly standing: Standing;
}

/** How many can still fail. */
export interface QuorumMargin {
  readonly participatingPower: number;
  readonly quorumPower: number;
  /** Participating power minus the quorum. */
  readonly margin: number;
  readonly isOneFailureFromHalt: boolean;
}

/** Read access to the participation of one chain. */
export interface ParticipationView {
  /** Members of the set in order of id. */
  readonly participants: readonly Participant[];
  /** Undefined while no view could be judged or the set is not known. */
  readonly margin: QuorumMargin | undefined;
  /** A breach was found from the outside; see `Participation.breached`. */
  breached(validator: string, kind: string, view: number): void;
}

/** The participation of one chain. */
export class Participation implements RecordListener, ParticipationView {
  readonly #scope: ChainScope;
  readonly #records: ChainRecords;
  readonly #judge: Judge;
  readonly #settlement: Settlement;
  readonly #judged;
  readonly #power;
  readonly #margin;
  readonly #fragile;
  #members: readonly Member[] = [];
  #judgedViews = this.#waitingFor(0);
  /**
   * By position of the member: the view up to which it is not judged, the highest view that it is known to have
   * voted in, and whether it was absent last. Every view asks them of every member.
   */
  #sinceView = new Float64Array(0);
  #lastVotedView = new Float64Array(0);
  #wasAbsent = new Uint8Array(0);
  /** Of whom something changed since the series were brought in line, and who was silent then. */
  #hasChanged = new Uint8Array(0);
  #wasSilent = new Uint8Array(0);
  #isMarginOld = true;
  #newestView = -1;
  #isAnyJudged = false;

  constructor(scope: ChainScope, records: ChainRecords) {
    const { series } = scope;
    this.#scope = scope;
    this.#records = records;
    this.#judge = new Judge(records.texts);
    this.#settlement = new Settlement(
      (view) => this.#settle(view),
      () => records.recordsPerBook >> 1,
    );
    this.#judged = series.counter(m.judged);
    this.#power = series.gauge(m.participatingPower);
    this.#margin = series.gauge(m.margin);
    this.#fragile = series.gauge(m.oneFailureFromHalt);
  }

  get participants(): readonly Participant[] {
    this.#judgedViews.settle();
    this.#writeBack();
    return this.#members;
  }

  get margin(): QuorumMargin | undefined {
    if (!this.#isAnyJudged || this.#members.length === 0) return undefined;
    this.#judgedViews.settle();
    let all = 0;
    let participatingPower = 0;
    let largest = 0;
    for (const { power, standing } of this.#members) {
      all += power;
      if (standing.isSilent) continue;
      participatingPower += power;
      largest = Math.max(largest, power);
    }
    const quorumPower = quorumOf(all);
    const margin = participatingPower - quorumPower;
    return { participatingPower, quorumPower, margin, isOneFailureFromHalt: margin < largest };
  }

  closed(record: ViewRecord): void {
    if (record.leftUs === undefined) return;
    if (record.view > this.#newestView) this.#newestView = record.view;
    if (!this.#settlement.left(record)) return;
    this.#newestView = record.view;
    this.#sinceView.fill(-1);
  }

  /** @param validator who did what against the protocol, provably; counted once per kind and view */
  breached(validator: string, kind: string, view: number): void {
    const at = this.#judge.position(validator);
    if (at === undefined) return;
    this.#judgedViews.settle();
    this.#members[at]!.standing.breached(`${kind} ${view}`);
    this.#hasChanged[at] = 1;
  }

  /** Hears what a node itself tells of breaches, and what it has lost. */
  observer({ node }: NodeScope): NodeObserver {
    return {
      handlers: {
        'consensus.byzantine_detected': ({ kind, validator, view }) => this.breached(validator, kind, view),
      },
      hello: ({ ts_resolution_us }) => this.#settlement.resolution(node, ts_resolution_us),
      gap: (domain) => {
        if (domain === 'consensus') this.#settlement.gap(node);
      },
      retired: () => this.#settlement.forget(node),
    };
  }

  /** The set in force has changed. */
  validators(): void {
    const { names, series } = this.#scope;
    this.#judgedViews.settle();
    this.#writeBack();
    const before = new Map(this.#members.map((member) => [member.id, member]));
    this.#members = names.members.map((member) => {
      const known = before.get(member.id);
      before.delete(member.id);
      const isSameLabel = known?.label === member.label;
      if (!isSameLabel) known?.series.release(series);
      return {
        ...member,
        standing: known?.standing ?? new Standing(this.#newestView),
        series: isSameLabel ? known.series : new ValidatorSeries(series, member.label),
      };
    });
    for (const gone of before.values()) gone.series.release(series);
    this.#judgedViews = this.#waitingFor(this.#members.length);
    this.#judge.setMembers(this.#members.map(({ id }) => id));
    const standings = this.#members.map(({ standing }) => standing);
    this.#sinceView = Float64Array.from(standings, ({ sinceView }) => sinceView);
    this.#lastVotedView = Float64Array.from(standings, ({ lastVotedView }) => lastVotedView);
    this.#wasAbsent = Uint8Array.from(standings, ({ wasAbsent }) => Number(wasAbsent));
    this.#hasChanged = new Uint8Array(standings.length).fill(1);
    this.#wasSilent = new Uint8Array(standings.length);
    this.#isMarginOld = true;
  }

  /** Brings the standings in line with what is kept beside them. */
  #writeBack(): void {
    this.#members.forEach(({ standing }, i) => {
      standing.sinceView = this.#sinceView[i]!;
      standing.lastVotedView = this.#lastVotedView[i]!;
    });
  }

  tick(): void {
    this.#judgedViews.settle();
    for (let i = 0; i < this.#members.length; i++) if (this.#hasChanged[i] === 1) this.#show(i);
    if (!this.#isMarginOld) return;
    this.#isMarginOld = false;
    const margin = this.margin;
    setOrClear(this.#power, margin?.participatingPower);
    setOrClear(this.#margin, margin?.margin);
    setOrClear(this.#fragile, margin && Number(margin.isOneFailureFromHalt));
  }

  #show(i: number): void {
    const { standing, series } = this.#members[i]!;
    this.#hasChanged[i] = 0;
    series.show(standing);
    if (standing.isSilent === (this.#wasSilent[i] === 1)) return;
    this.#wasSilent[i] = Number(standing.isSilent);
    this.#isMarginOld = true;
  }

  #settle(view: number): void {
    const records = this.#records.view(view);
    const judge = this.#judge;
    let leader: string | undefined;
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      leader ??= record.leader;
      if (record.votes.length > 0 && hasLateVote(record)) this.#settlement.cameLate(record);
    }
    judge.judge(records, this.#settlement);
    if (judge.isJudged) {
      this.#judged.add();
      if (!this.#isAnyJudged) this.#isAnyJudged = this.#isMarginOld = true;
      this.#voted(view, leader);
    } else this.#showed(view);
    const led = leader === undefined ? undefined : judge.position(leader);
    if (led === undefined || judge.lead === undefined || view <= this.#sinceView[led]!) return;
    const { standing, series } = this.#members[led]!;
    standing.led(judge.lead);
    this.#hasChanged[led] = 1;
    series.leads[judge.lead].add();
  }

  /** Notes what became of every vote of a view that was judged. */
  #voted(view: number, leader: string | undefined): void {
    this.#judgedViews.begin(leader);
    for (let i = 0; i < this.#members.length; i++) {
      if (view <= this.#sinceView[i]!) continue;
      const outcome = this.#judge.outcome(i);
      if (outcome !== 'absent' && view > this.#lastVotedView[i]!) this.#lastVotedView[i] = view;
      this.#judgedViews.note(i, outcome);
      this.#wasAbsent[i] = outcome === 'absent' ? 1 : 0;
      this.#hasChanged[i] = 1;
    }
  }

  #waitingFor(members: number): JudgedViews {
    return new JudgedViews(members, (i, outcome, leader) => {
      const { standing, series } = this.#members[i]!;
      standing.voted(outcome, leader);
      series.votes[outcome].add();
    });
  }

  /** Of a view that cannot be judged only who was heard is known. */
  #showed(view: number): void {
    for (let i = 0; i < this.#members.length; i++) {
      if (!this.#judge.isHeard(i) || view <= this.#sinceView[i]!) continue;
      if (view > this.#lastVotedView[i]!) this.#lastVotedView[i] = view;
      if (this.#wasAbsent[i] === 0) continue;
      this.#wasAbsent[i] = 0;
      this.#hasChanged[i] = 1;
      this.#judgedViews.settle();
      this.#members[i]!.standing.showed();
    }
  }
}

function hasLateVote({ votes }: ViewRecord): boolean {
  for (let i = 0; i < votes.length; i++) if (votes[i]!.lateUs !== undefined) return true;
  return false;
}
