/**
 * The verdicts of one chain: gathers the closed records of its attached nodes and says once per view what became of
 * it, and when it failed or lagged, why.
 *
 *   open -> judged (revision 0) -> settled, perhaps revised once (revision 1)
 *
 * A view is judged when every attached node has left it, or twice its timer after the first one entered. It is
 * settled, in ascending order, when the same holds for the next view, whose proposal tells what became of the
 * certificate. A view that every attached node left by its certificate in time is decided without looking further.
 *
 * Bounded: views far behind the newest are settled as they stand. Never throws on what nodes state.
 */
import type { Clock, Timer } from '../../../base/clock.js';
import type { ValidatorNames } from '../../domain.js';
import type { ChainViews, RecordListener, ViewRecord } from '../record/view-record.js';
import type { Finding } from '../findings/finding.js';
import { Committee } from './committee.js';
import type { Witness } from './evidence.js';
import type { Findings } from './facts.js';
import { ViewHistory } from './history.js';
import { judge, saysSame } from './judge.js';
import { NodeStanding } from './node-standing.js';
import type { VerdictListener, ViewVerdict } from './view-verdict.js';

/** What a book needs. */
export interface VerdictBookOptions {
  readonly chain: string;
  readonly names: ValidatorNames;
  readonly clock: Clock;
  readonly views: ChainViews;
  readonly listeners: readonly VerdictListener[];
}

/** Most views that are open or judged at a time. */
const MOST_OPEN = 256;

/** How many views after one are searched for a proposal that tells what became of it. */
const LOOKED_AT = 8;

/** A view that waits for another does not keep looking. */
const LEAST_WAIT_US = 10_000;

/** The timer of a view whose node does not say it, microseconds. */
const DEFAULT_TIMER_US = 5_000_000;

/** One view on its way to its verdict. */
interface Case {
  readonly view: number;
  /** Nodes that have left it, or can say no more. */
  left: number;
  /** Some node did not leave it by its certificate in time. */
  isTrouble: boolean;
  readonly openedAtUs: number;
  timerUs: number;
  /** Longest stay of a node that left in time. */
  neededUs: number;
  readonly epoch: number | undefined;
  readonly leader: string | undefined;
  readonly collector: string | undefined;
  readonly enteredAtUs: number;
  readonly incomplete: readonly string[];
  verdict: ViewVerdict | undefined;
  findings: Findings | undefined;
  judgedAtUs: number;
}

/** Verdicts of one chain. */
export class VerdictBook implements RecordListener {
  readonly #options: VerdictBookOptions;
  readonly #standings = new Map<string, NodeStanding>();
  readonly #history = new ViewHistory();
  /** In order of opening, which is nearly that of views. */
  readonly #open = new Map<number, Case>();
  #committee: Committee;
  #attached = 0;
  #attachedNodes: readonly string[] = [];
  /** Views up to here are settled. */
  #settledView = -1;
  #timer: Timer | undefined;
  /** When the timer is due. */
  #dueUs = Number.POSITIVE_INFINITY;

  constructor(options: VerdictBookOptions) {
    this.#options = options;
    this.#committee = new Committee(options.names.members);
  }

  /** The observer of a node: what the verdicts need of it besides its records. */
  watch(node: string): NodeStanding {
    const standing = new NodeStanding(node, this, this.#options.clock);
    this.#standings.set(node, standing);
    return standing;
  }

  /** The node's series were retired. */
  forget(node: string): void {
    this.#standings.delete(node);
    this.cameOrWent();
  }

  /** The validator set changed. */
  validators(): void {
    this.#committee = new Committee(this.#options.names.members);
  }

  /** Something was proven, which later verdicts must not forget. */
  found({ class: name, kind, validators, view, source }: Finding): void {
    // A node's own word is no proof.
    if (view === undefined || source !== 'inferred') return;
    if (name === 'safety') this.#history.broke(view);
    if (kind === 'double_vote' || kind === 'double_proposal')
      for (const validator of validators) this.#history.lied(validator, view);
  }

  closed(record: ViewRecord): void {
    const { view, leftUs, leftBy, timeout } = record;
    if (view <= this.#settledView) return this.#again(record);
    const found = this.#open.get(view) ?? this.#begin(record);
    if (timeout === undefined && leftUs !== undefined && (leftBy === 'qc' || leftBy === 'dc')) {
      if (leftUs > found.neededUs) found.neededUs = leftUs;
    } else this.#trouble(found, record);
    if (leftUs !== undefined) found.left++;
    if (found.left < this.#attached || found.verdict !== undefined) return;
    if (found.isTrouble) this.#advance();
    else this.#decide(found);
  }

  /** Judges what has waited long enough. */
  tick(): void {
    this.#advance();
  }

  /** Views that are open or judged and not settled. */
  get size(): number {
    return this.#open.size;
  }

  close(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  #begin(record: ViewRecord): Case {
    const begun: Case = {
      view: record.view,
      left: 0,
      isTrouble: false,
      openedAtUs: this.#options.clock.nowUs(),
      timerUs: record.timerUs ?? DEFAULT_TIMER_US,
      neededUs: 0,
      epoch: record.epoch,
      leader: record.leader,
      collector: record.collector,
      enteredAtUs: record.enteredAtUs,
      incomplete: record.incomplete,
      verdict: undefined,
      findings: undefined,
      judgedAtUs: 0,
    };
    this.#open.set(record.view, begun);
    if (this.#open.size > MOST_OPEN) this.#settleLowest();
    return begun;
  }

  #trouble(found: Case, record: ViewRecord): void {
    found.isTrouble = true;
    if (record.timerUs !== undefined && record.timerUs > found.timerUs) found.timerUs = record.timerUs;
    if (this.#timer === undefined) this.#wakeInTime();
  }

  /** A record of a settled view: a chain that was begun anew starts over, anything else comes too late. */
  #again(record: ViewRecord): void {
    const isAnew = [...this.#standings.values()].every(
      ({ view, isAttached }) => !isAttached || view <= record.view + 1,
    );
    if (!isAnew || record.view + MOST_OPEN > this.#settledView) return;
    this.#open.clear();
    this.#settledView = record.view - 1;
    this.closed(record);
  }

  /** The fast path: certified in time wherever it was looked at. */
  #decide(found: Case): void {
    const { neededUs } = found;
    found.verdict = {
      chain: this.#options.chain,
      view: found.view,
      epoch: found.epoch,
      outcome: 'decided',
      cause: undefined,
      culprits: NOBODY,
      scope: 'unknown',
      leader: found.leader,
      collector: found.collector,
      grounds: NO_GROUNDS,
      contradictedBy: undefined,
      vantage: { nodes: this.#attachedNodes, validators: this.#committee.members.length },
      incomplete: found.incomplete,
      enteredAtUs: found.enteredAtUs,
      decidedAtUs: this.#options.clock.nowUs(),
      revision: 0,
    };
    this.#tell(found.verdict);
    // The view before it waits for nothing else either.
    if (this.#open.size === 1) this.#settle(found, neededUs);
    else this.#advance();
  }

  /** Judges and settles, in order, what can be. */
  #advance(): void {
    for (const found of this.#ascending())
      if (found.verdict === undefined && this.#isOver(found)) this.#judge(found);
    for (const found of this.#ascending()) {
      if (found.verdict === undefined || !this.#isFollowed(found)) break;
      this.#settleCase(found);
    }
    this.#wakeInTime();
  }

  /** Whether nothing more is expected of the view itself. */
  #isOver(found: Case): boolean {
    if (this.#options.clock.nowUs() >= dueOf(found)) return true;
    if (found.isTrouble && !this.#isAnswered(found)) return false;
    if (found.left >= this.#attached) return true;
    for (const standing of this.#standings.values())
      if (standing.isAttached && standing.view <= found.view) return false;
    return true;
  }

  /** Whether the next view is over too, or will not be soon. */
  #isFollowed(found: Case): boolean {
    if (found.verdict?.outcome === 'decided') return true;
    const next = this.#open.get(found.view + 1);
    const isNextOver = next?.verdict !== undefined;
    if (isNextOver && this.#isAnswered(found)) return true;
    return this.#options.clock.nowUs() >= dueOf(found);
  }

  /** Whether an attached node accepted a later proposal, which tells what became of the view's certificate. */
  #isAnswered({ view }: Case): boolean {
    for (const { node } of this.#standings.values()) if (this.#later(node, view) !== undefined) return true;
    return false;
  }

  #judge(found: Case): void {
    const { judgement, findings } = judge({
      chain: this.#options.chain,
      view: found.view,
      committee: this.#committee,
      witnesses: this.#witnesses(found.view),
      history: this.#history,
      nowUs: this.#options.clock.nowUs(),
      look: (node, view) => this.#options.views.record(node, view),
    });
    const before = found.verdict;
    found.findings = findings;
    if (before !== undefined && saysSame(before, judgement)) return;
    const decidedAtUs = this.#options.clock.nowUs();
    found.judgedAtUs = decidedAtUs;
    found.verdict = { ...judgement, decidedAtUs, revision: before === undefined ? 0 : 1 };
    this.#tell(found.verdict);
  }

  #settleLowest(): void {
    const [lowest] = this.#ascending();
    if (lowest !== undefined) this.#settleCase(lowest);
  }

  #settleCase(found: Case): void {
    if (found.isTrouble || found.verdict === undefined) this.#judge(found);
    this.#settle(found, found.isTrouble ? neededUs(found) : found.neededUs);
  }

  #settle(found: Case, needed: number | undefined): void {
    this.#open.delete(found.view);
    if (found.view > this.#settledView) this.#settledView = found.view;
    const { verdict, findings } = found;
    if (verdict === undefined) return;
    this.#history.note({
      view: found.view,
      leader: verdict.leader,
      collector: verdict.collector,
      neededUs: needed,
      proposalSeen: findings === undefined ? true : findings.facts.proposalSeen,
      proposalLate: findings === undefined ? false : findings.facts.proposalLate,
      failed: verdict.outcome === 'failed',
      apart: verdict.cause === 'partition' ? verdict.culprits : undefined,
      isEquivocated: verdict.cause === 'equivocation',
    });
    for (const listener of this.#options.listeners) listener.settled?.(verdict);
  }

  #tell(verdict: ViewVerdict): void {
    for (const listener of this.#options.listeners) listener.verdict(verdict);
  }

  #witnesses(view: number): Witness[] {
    const { views } = this.#options;
    const witnesses: Witness[] = [];
    for (const standing of this.#standings.values()) {
      const record = views.record(standing.node, view);
      const next = views.record(standing.node, view + 1);
      if (record === undefined && next === undefined && !standing.isAttached) {
        // Of a node that is gone only its going is known.
        if (standing.view < 0) continue;
      }
      witnesses.push({ standing, record, next, later: this.#later(standing.node, view) });
    }
    return witnesses.sort((a, b) => (a.standing.node < b.standing.node ? -1 : 1));
  }

  /** Where `node` first accepted a proposal after `view`. */
  #later(node: string, view: number): ViewRecord | undefined {
    for (let later = view + 1; later <= view + LOOKED_AT; later++) {
      const record = this.#options.views.record(node, later);
      // The next leader's own proposal says nothing of whether the others came along.
      if (record?.proposals.some(({ isOwn }) => !isOwn || later > view + 1) === true) return record;
    }
    return undefined;
  }

  #ascending(): Case[] {
    return [...this.#open.values()].sort((a, b) => a.view - b.view);
  }

  /** A node was attached or detached. */
  cameOrWent(): void {
    const attached = [...this.#standings.values()].filter(({ isAttached }) => isAttached);
    this.#attached = attached.length;
    this.#attachedNodes = attached.map(({ node }) => node).sort();
    this.#advance();
  }

  /** Looks again when the first troubled view has waited long enough; the healthy ones wait for a tick. */
  #wakeInTime(): void {
    let dueUs = Number.POSITIVE_INFINITY;
    for (const found of this.#open.values()) if (found.isTrouble) dueUs = Math.min(dueUs, dueOf(found));
    if (dueUs === this.#dueUs) return;
    this.#timer?.stop();
    this.#timer = undefined;
    this.#dueUs = dueUs;
    if (dueUs === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(LEAST_WAIT_US, dueUs - clock.nowUs()), () => {
      this.#timer = undefined;
      this.#dueUs = Number.POSITIVE_INFINITY;
      this.#advance();
    });
  }
}

/** When a view has waited long enough: for its verdict, or for what settles it. */
function dueOf({ verdict, openedAtUs, judgedAtUs, timerUs }: Case): number {
  return verdict === undefined ? openedAtUs + 2 * timerUs : judgedAtUs + 4 * timerUs;
}

const NOBODY: readonly string[] = [];
const NO_GROUNDS: readonly [] = [];

/** How long a view took that was certified in spite of its troubles, from the records of those who saw it. */
function neededUs({ findings, neededUs: inTime }: Case): number | undefined {
  if (findings === undefined || findings.facts.certified !== true) return undefined;
  const left = findings.evidence
    .records()
    .filter(({ leftBy }) => leftBy === 'qc' || leftBy === 'dc')
    .map(({ leftUs }) => leftUs ?? 0);
  const late = findings.evidence
    .records()
    .filter(({ timeout }) => timeout !== undefined)
    .map(({ leftUs, timeout }) => leftUs ?? timeout?.atUs ?? 0);
  return Math.max(inTime, ...left, ...late);
}
