/**
 * What the intake knows of one node: its runs with their sequence windows, what it owes its
 * dispatch, and its own series. It outlives connections; dedup and gaps are by node and run, so that
 * two connections of one run are one stream.
 *
 * States: detached -> (a `hello` is processed) attached -> (the last feed has finished) detached.
 *
 * Owed gaps: what was found missing or was dropped is told to a domain before its next event, in
 * order, or when the queue has run dry, or before the node is detached. What nobody hears stays owed.
 */
import { hello as helloSchema } from '../events/envelope.js';
import { domainNames, type HelloEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import type { Counter, Gauge, Handle, Histogram } from '../metrics/series.js';
import { intakeMetrics } from './catalogue.js';
import type { NodeDispatch } from './dispatcher.js';
import { SequenceWindow } from './sequence-window.js';

/** No gap before an event. */
export const NO_GAP = -1;

/** Runs remembered per node: late lines of a process that has just restarted find theirs. */
const RUNS_KEPT = 4;

/** One process life of a node. */
export class Run {
  readonly id: string;
  readonly #start: Readonly<Record<string, number>>;
  readonly #isAnnounced: boolean;
  readonly #windows: (SequenceWindow | undefined)[] = domainNames.map(() => undefined);

  /** @param isAnnounced whether the node itself said `hello`: else counting begins with what comes first */
  constructor(hello: HelloEvent, isAnnounced = true) {
    this.id = hello.run;
    this.#isAnnounced = isAnnounced;
    this.#start = hello.next_seq ?? {};
  }

  /**
   * @param domain position in `domainNames`
   * @param seq of the event at hand
   */
  window(domain: number, seq: number): SequenceWindow {
    return (this.#windows[domain] ??= new SequenceWindow(
      this.#startOf(domain) ?? (this.#isAnnounced ? 0 : seq),
    ));
  }

  /** The next `seq` expected, of the domains of which it is known; of others it is 0. */
  nextSeq(): Record<string, number> {
    const next: Record<string, number> = {};
    for (const [i, name] of domainNames.entries()) {
      const expected = this.#windows[i]?.expected ?? this.#startOf(i);
      if (expected !== undefined) next[name] = expected;
    }
    return next;
  }

  #startOf(domain: number): number | undefined {
    const name = domainNames[domain]!;
    return Object.hasOwn(this.#start, name) ? this.#start[name] : undefined;
  }
}

/** One node of one chain. */
export class NodeState {
  readonly key: string;
  readonly chain: string;
  readonly node: string;
  /** Set when a `hello` is processed, until the last feed that speaks for the node has ended. */
  dispatch: NodeDispatch | undefined;
  /** The last `hello` in force. */
  hello: HelloEvent;
  current: Run;
  /** Open feeds that speak for it, and those closed whose events still wait. */
  connections = 0;
  /** Whether any domain is owed a gap. */
  owes = false;
  /** Events in the queue that go the long way; the queue's. */
  long = 0;
  readonly lag: Histogram;
  readonly ahead: Counter;
  readonly #runs: Run[];
  readonly #owed = new Float64Array(domainNames.length).fill(NO_GAP);
  readonly #board: Board;
  readonly #connected: Gauge;
  readonly #handles: Handle[];

  constructor(board: Board, key: string, hello: HelloEvent, isAnnounced: boolean) {
    this.#board = board;
    this.key = key;
    this.chain = hello.chain;
    this.node = hello.node;
    this.hello = hello;
    this.current = new Run(hello, isAnnounced);
    this.#runs = [this.current];
    this.lag = board.histogram(intakeMetrics.lag).at(this.node);
    this.ahead = board.counter(intakeMetrics.ahead).at(this.node);
    this.#connected = board.gauge(intakeMetrics.nodeConnected).at(this.chain, this.node);
    this.#handles = [this.lag, this.ahead];
  }

  /** Whether the dispatch has to hear `hello`: it attaches, opens a run, or changes what the current one stated. */
  isNews(hello: HelloEvent): boolean {
    if (this.connections === 0) return true;
    if (hello.run === this.current.id) return !saysTheSame(this.hello, hello);
    return !this.#runs.some((run) => run.id === hello.run);
  }

  /** The run that `hello` names; a new one becomes the current one and forgets what was owed. */
  enter(hello: HelloEvent, isAnnounced: boolean): Run {
    const known = this.#runs.find((run) => run.id === hello.run);
    if (!known) {
      this.current = new Run(hello, isAnnounced);
      this.#runs.push(this.current);
      if (this.#runs.length > RUNS_KEPT) this.#runs.shift();
      this.#owed.fill(NO_GAP);
      this.hello = hello;
      return this.current;
    }
    // A run known but not current is a predecessor's connection coming late, unless nobody else is left.
    if (this.connections === 0) this.current = known;
    if (this.current === known) this.hello = hello;
    for (const [name, next] of Object.entries(hello.next_seq ?? {})) {
      const domain = domainNames.indexOf(name as (typeof domainNames)[number]);
      if (domain < 0) continue;
      const missing = known.window(domain, next).skipTo(next);
      if (missing > 0) this.lose(domain, missing);
    }
    return known;
  }

  /** `missing` events of a domain never arrived. */
  lose(domain: number, missing: number): void {
    this.#count(intakeMetrics.missing, domainNames[domain]!, missing);
    this.owe(domain, missing);
  }

  /** The domain's next event comes after a gap of `missing` more; 0 when only its order is broken. */
  owe(domain: number, missing: number): void {
    this.#owed[domain] = Math.max(this.#owed[domain]!, 0) + missing;
    this.owes = true;
  }

  /** Takes what the domain is owed, or `NO_GAP`. */
  settle(domain: number): number {
    const owed = this.#owed[domain]!;
    this.#owed[domain] = NO_GAP;
    return owed;
  }

  /** Tells every domain what it is still owed: nothing more of this node waits. */
  settleAll(): void {
    const { dispatch } = this;
    if (!dispatch) return;
    this.owes = false;
    for (let domain = 0; domain < domainNames.length; domain++) {
      const missing = this.settle(domain);
      if (missing !== NO_GAP) dispatch.gap(domainNames[domain]!, missing);
    }
  }

  /** Nobody speaks for the node any more. What was owed has been told. */
  detach(): void {
    const { dispatch } = this;
    this.dispatch = undefined;
    dispatch?.detach();
  }

  countLate(domain: number): void {
    this.#count(intakeMetrics.late, domainNames[domain]!, 1);
  }

  /** The node admits to have dropped events itself. */
  countAdmitted(domain: string, count: number): void {
    const known = domainNames.find((name) => name === domain);
    this.#count(intakeMetrics.sourceDropped, known ?? 'other', count);
  }

  connect(change: number): void {
    this.connections += change;
    this.#connected.set(this.connections);
  }

  /**
   * Takes the node's series off the board. The state must not be used any more.
   * @param namesake whether a node of another chain has the same name and goes on using the shared series
   */
  close(namesake: boolean): void {
    this.#connected.release();
    if (namesake) return;
    // Beyond the budget a handle is the one that many share: it is not ours to release.
    for (const handle of this.#handles) if (handle.labelValues[0] === this.node) handle.release();
  }

  #count(definition: typeof intakeMetrics.missing, domain: string, count: number): void {
    const handle = this.#board.counter(definition).at(this.node, domain);
    if (!this.#handles.includes(handle)) this.#handles.push(handle);
    handle.add(count);
  }
}

const statedFields = Object.keys(helloSchema.fields).filter((name) => name !== 'next_seq');

/** Whether two hellos state the same, leaving aside when they were said and where counting stands. */
function saysTheSame(a: HelloEvent, b: HelloEvent): boolean {
  return statementOf(a) === statementOf(b);
}

function statementOf(hello: HelloEvent): string {
  const values = statedFields.map((name) => hello[name as keyof HelloEvent]);
  return JSON.stringify(values, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
