/**
 * Which views of a chain are traced, and when their spans are made.
 *
 *   closed by a node -> kept, with a reason, or passed by -> waiting for verdict and commit -> spans
 *
 * A healthy view that is not sampled costs one hash and is not copied; if a finding or a verdict makes it matter later,
 * its records are fetched from the chain's own, where they still are. A view is told when its verdict
 * is settled and its block final and executed, or failed, or when it has waited long enough; each node's part once.
 *
 * Bounded: so many views wait; beyond it the oldest is told as it stands. Never throws on what nodes state.
 */
import type { Clock } from '../base/clock.js';
import type { Finding } from '../domains/consensus/findings/finding.js';
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { WatchedChain } from '../domains/consensus/watch.js';
import type { NodeWork } from './block-work.js';
import { isSampled, traceIdOf } from './ids.js';
import { isLeader } from './own-spans.js';
import { copyRecord } from './record-copy.js';
import { SlowViews } from './slow-views.js';
import type { ViewSpan } from './view-span.js';
import { spansOf } from './view-spans.js';
import {
  isByGivingUp,
  keptReasons,
  type KeptReason,
  type ViewPointer,
  type ViewStory,
} from './view-story.js';

/** What is kept. */
export interface KeepOptions {
  /** Share of healthy views, 0 to 1. */
  readonly share: number;
  /** Above this quantile of the views before it a view is slow. */
  readonly slowQuantile: number;
}

/** What the traces of a chain need. */
export interface ChainTracesOptions extends KeepOptions {
  readonly clock: Clock;
  /** The chain's records; undefined once the chain is gone. */
  readonly watched: () => WatchedChain | undefined;
  /** What a node did with its blocks; undefined where it has not spoken. */
  readonly work: (node: string) => NodeWork | undefined;
  /** Takes the spans of a view, the leader's first, and what they were made of. */
  readonly told: (spans: readonly ViewSpan[], stories: readonly ViewStory[]) => void;
  /** A view was seen by a node and is traced, or not. */
  readonly seen: (reason: KeptReason | 'passed_by') => void;
}

/** Most views that wait. */
const MOST_WAITING = 1_024;
/** How long a healthy view waits for its block to become final, at least, microseconds. */
const COMMIT_WAIT_US = 2_000_000;
/** How long a view waits for its verdict, at least; a troubled one is settled within six timers. */
const VERDICT_WAIT_US = 10_000_000;
const TIMERS_TO_SETTLE = 6;
/** Views told of late whose parts are remembered, so that no part is told twice. */
const MOST_TOLD = 4_096;

/** One view that waits. */
interface Waiting {
  readonly view: number;
  reason: KeptReason;
  readonly records: Map<string, ViewRecord>;
  readonly findings: Finding[];
  verdict: ViewVerdict | undefined;
  isSettled: boolean;
  readonly sinceUs: number;
  timerUs: number;
}

/** The traces of one chain. */
export class ChainTraces {
  readonly #options: ChainTracesOptions;
  readonly #slow: SlowViews;
  readonly #waiting = new Map<number, Waiting>();
  /** By view, the nodes whose part was told. */
  readonly #told = new Map<number, Set<string>>();

  constructor(options: ChainTracesOptions) {
    this.#options = options;
    this.#slow = new SlowViews(options.slowQuantile);
  }

  /** Views that wait. */
  get size(): number {
    return this.#waiting.size;
  }

  closed(record: ViewRecord): void {
    if (!record.isEntered || this.#told.get(record.view)?.has(record.node) === true) return;
    const waiting = this.#waiting.get(record.view);
    const own = this.#reasonOf(record);
    const isFirst = waiting?.records.has(record.node) !== true;
    const reason = waiting === undefined ? own : weightier(waiting.reason, own);
    if (isFirst) this.#options.seen(reason ?? 'passed_by');
    if (reason === undefined) return;
    const kept = waiting ?? this.#open(record.view, reason);
    kept.reason = reason;
    this.#keep(kept, record);
  }

  amended(record: ViewRecord): void {
    const waiting = this.#waiting.get(record.view);
    if (waiting?.records.has(record.node) === true) this.#keep(waiting, record);
  }

  verdict(verdict: ViewVerdict, isSettled: boolean): void {
    const isTrouble = verdict.outcome === 'failed' || verdict.outcome === 'lagged';
    if (isTrouble) this.#claim(verdict.view, 'failed');
    const waiting = this.#waiting.get(verdict.view);
    if (waiting === undefined) return;
    waiting.verdict = verdict;
    if (isSettled) waiting.isSettled = true;
  }

  finding(finding: Finding): void {
    if (finding.view === undefined) return;
    this.#claim(finding.view, 'evidence');
    this.#waiting.get(finding.view)?.findings.push(finding);
  }

  /** Tells what has waited long enough. */
  tick(): void {
    const nowUs = this.#options.clock.nowUs();
    for (const waiting of this.#waiting.values()) if (this.#isDue(waiting, nowUs)) this.#tell(waiting);
  }

  /** Tells everything as it stands. */
  close(): void {
    for (const waiting of this.#waiting.values()) this.#tell(waiting);
  }

  /** Why this node's view is kept, by what the node itself saw. */
  #reasonOf(record: ViewRecord): KeptReason | undefined {
    const { timeout, leftUs, leftBy, trigger } = record;
    const isHealthy = timeout === undefined && !isByGivingUp(leftBy);
    const isSlow = isHealthy && leftUs !== undefined && this.#slow.isSlow(leftUs);
    if (!isHealthy) return 'failed';
    if (isSlow) return 'slow';
    if (isByGivingUp(trigger)) return 'after_failed';
    const { share } = this.#options;
    if (share <= 0) return undefined;
    return isSampled(traceIdOf(record.chain, record.epoch, record.view), share) ? 'sampled' : undefined;
  }

  #open(view: number, reason: KeptReason): Waiting {
    if (this.#waiting.size >= MOST_WAITING) {
      const [oldest] = this.#waiting.values();
      if (oldest !== undefined) this.#tell(oldest);
    }
    const opened: Waiting = {
      view,
      reason,
      records: new Map(),
      findings: [],
      verdict: undefined,
      isSettled: false,
      sinceUs: this.#options.clock.nowUs(),
      timerUs: 0,
    };
    this.#waiting.set(view, opened);
    return opened;
  }

  #keep(waiting: Waiting, record: ViewRecord): void {
    waiting.records.set(record.node, copyRecord(record));
    waiting.timerUs = Math.max(waiting.timerUs, record.timerUs ?? 0);
  }

  /** Something was concluded that makes a view matter: it is kept, with the records that there still are. */
  #claim(view: number, reason: KeptReason): void {
    const waiting = this.#waiting.get(view);
    if (waiting !== undefined) {
      waiting.reason = weightier(waiting.reason, reason) ?? reason;
      return;
    }
    const told = this.#told.get(view);
    const records = this.#options.watched()?.views.view(view) ?? [];
    const untold = records.filter(({ node, isEntered }) => isEntered && told?.has(node) !== true);
    if (untold.length === 0) return;
    const opened = this.#open(view, reason);
    for (const record of untold) this.#keep(opened, record);
  }

  #tell(waiting: Waiting): void {
    this.#waiting.delete(waiting.view);
    const told = this.#toldOf(waiting.view);
    const records = [...waiting.records.values()].map((copy) => this.#newest(copy));
    const leaderFirst = records.sort((a, b) => Number(isLeader(b, b)) - Number(isLeader(a, a)));
    const members = this.#options.watched()?.participation.participants.map(({ id }) => id) ?? [];
    const spans: ViewSpan[] = [];
    const stories: ViewStory[] = [];
    for (const record of leaderFirst) {
      told.add(record.node);
      const { verdict, findings, reason } = waiting;
      const previous = this.#beside(record, record.view - record.jumped - 1);
      const next = record.leftUs === undefined ? undefined : this.#after(record);
      const work = this.#options.work(record.node)?.of(record.view);
      const story = { record, verdict, findings, reason, members, previous, next, work };
      stories.push(story);
      for (const span of spansOf(story)) spans.push(span);
    }
    this.#options.told(spans, stories);
  }

  /** The chain's own record, unless it is another view's by now. */
  #newest(copy: ViewRecord): ViewRecord {
    const now = this.#options.watched()?.views.record(copy.node, copy.view);
    return now?.run === copy.run && now.isEntered && now.enteredAtUs === copy.enteredAtUs ? now : copy;
  }

  #beside(record: ViewRecord, view: number): ViewRecord | undefined {
    if (view < 0) return undefined;
    return this.#options.watched()?.views.record(record.node, view);
  }

  /** The view that the node entered when it left this one. */
  #after(record: ViewRecord): ViewPointer | undefined {
    for (let view = record.view + 1; view <= record.view + FURTHEST_JUMP; view++) {
      const next = this.#beside(record, view);
      if (next?.isEntered === true) return next;
    }
    return undefined;
  }

  #isDue({ view, sinceUs, timerUs, records, verdict, isSettled }: Waiting, nowUs: number): boolean {
    const waitedUs = nowUs - sinceUs;
    if (waitedUs >= VERDICT_WAIT_US + TIMERS_TO_SETTLE * timerUs) return true;
    if (!isSettled) return false;
    for (const { leftUs } of records.values()) if (leftUs === undefined) return false;
    if (verdict?.outcome === 'failed' || waitedUs >= COMMIT_WAIT_US + timerUs) return true;
    for (const { node, committedUs } of records.values()) {
      if (committedUs === undefined) return false;
      const work = this.#options.work(node);
      if (work?.isTold === true && work.of(view)?.executed === undefined) return false;
    }
    return true;
  }

  #toldOf(view: number): Set<string> {
    const known = this.#told.get(view) ?? new Set<string>();
    this.#told.delete(view);
    this.#told.set(view, known);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MOST_TOLD && oldest !== undefined) this.#told.delete(oldest);
    return known;
  }
}

/** How far ahead the next view is looked for. */
const FURTHEST_JUMP = 8;

function weightier(a: KeptReason, b: KeptReason | undefined): KeptReason | undefined {
  if (b === undefined) return a;
  return keptReasons.indexOf(a) <= keptReasons.indexOf(b) ? a : b;
}
