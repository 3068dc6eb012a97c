/**
 * The view records of one node, written from its events: which record a statement belongs to, when a
 * view begins and ends, and which records make room.
 *
 *   heard of -> entered -> (timer expired: closed) -> left: closed -> (late things: amended) -> evicted
 *
 * The stream may lose, repeat and reorder events, start anew and jump; the book only ever holds
 * `recordsPerBook` records. What a refused statement claims opens no record, and neither does a
 * view far from the node's own: both may be invented.
 */
import type { DomainName, EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../../domain.js';
import { LEAST_RECORDS, type ChainRecords } from './chain-records.js';
import { OpenRecord, type Speaker, type Stamp } from './open-record.js';
import { Strains } from './strains.js';
import { recordHandlers, type OpenBook } from './record-handlers.js';
import type { RecordListener, ViewRecord } from './view-record.js';
import { ViewTable } from './view-table.js';

/** How far ahead of its own view a node may hear of one that gets a record. */
const LOOKAHEAD = 64;

/** Views left of late that a gap may have taken something from, and that a long stall reaches back to. */
const RECENT = 8;
const STILL_COMING = 3;

type Entered = EventMap['consensus.view_entered'];

/** Protocols in which the leader of the next view collects the votes. */
const chainedProtocols: ReadonlySet<string> = new Set([
  'hotstuff2-chained',
  'hotstuff3-chained',
  'jolteon',
  'monadbft',
]);

/** The records of one node. */
export class RecordBook implements NodeObserver, OpenBook {
  readonly handlers = recordHandlers(this);
  readonly chain: ChainRecords;
  readonly strains: Strains;
  readonly #node: string;
  readonly #reader: RecordListener;
  readonly #records = new ViewTable();
  /** In order of creation: the first is the first to go. */
  #oldest: OpenRecord | undefined;
  #newest: OpenRecord | undefined;
  /** Records of the views left last, oldest first. */
  readonly #recent: OpenRecord[] = [];
  /** Domains that lost events since a view was entered last. */
  readonly #lost = new Set<DomainName>();
  #hasLost = false;
  #speaker: Speaker;
  #isChained = false;
  #current: OpenRecord | undefined;
  /** The record written to last. */
  #hot: OpenRecord | undefined;
  /** Highest view that had to make room: what comes later for it or below it comes too late. */
  #floor = -1;
  #votes = 0;
  /** A record that made room, to be used again. */
  #spare: OpenRecord | undefined;

  /** @param reader of this node's records, which hears of them before the chain's listeners */
  constructor({ chain, node }: NodeScope, records: ChainRecords, reader: RecordListener) {
    this.chain = records;
    this.#node = node;
    this.#speaker = { chain, node, self: undefined, run: '' };
    this.strains = new Strains(this.#recent, (record) => this.changed(record));
    this.#reader = reader;
    records.add(node, this);
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    const { chain, node, run, validator: self, protocol } = hello;
    this.#isChained = protocol !== undefined && chainedProtocols.has(protocol);
    if (isNewRun) {
      const ended = this.#current;
      this.#current = undefined;
      this.#recent.length = 0;
      this.#found();
      this.strains.restart();
      if (ended !== undefined) this.#close(ended);
    }
    this.#speaker = { chain, node, self, run };
  }

  gap(domain: DomainName): void {
    this.#lost.add(domain);
    this.#hasLost = true;
    if (domain === 'network') this.strains.reach.forget();
    const view = this.#current?.view ?? -1;
    for (const record of this.#recent.slice(-STILL_COMING)) record.lost(domain);
    for (const record of this.#records.values()) if (record.view >= view) record.lost(domain);
  }

  retired(): void {
    this.chain.remove(this.#node);
    this.#records.clear();
    this.#oldest = this.#newest = undefined;
  }

  // --- reading

  at(view: number): OpenRecord | undefined {
    if (this.#hot?.view === view) return this.#hot;
    return this.#records.get(view);
  }

  /** Highest view first. */
  records(): Iterable<ViewRecord> {
    return this.#records.values().sort((a, b) => b.view - a.view);
  }

  /** Number of records held. */
  get size(): number {
    return this.#records.size;
  }

  // --- writing, for the handlers

  get self(): string | undefined {
    return this.#speaker.self;
  }

  /** The view that the node is in. */
  get current(): OpenRecord | undefined {
    return this.#current;
  }

  /** The record of a view that the node says something new about; undefined where it gets none. */
  of(view: number, at: Stamp): OpenRecord | undefined {
    const known = this.at(view);
    if (known === undefined) return this.#heardOf(view, at);
    return (this.#hot = known);
  }

  offsetUs(record: OpenRecord, at: Stamp): number {
    return record.offsetUs(at, this.#speaker.run);
  }

  /** Something was added to `record`. */
  changed(record: OpenRecord): void {
    if (record.isClosed) this.chain.amended(record);
  }

  /** A vote was added: many votes per view leave room for fewer views. */
  voteHeld(): void {
    if (++this.#votes > this.chain.votesPerBook) this.#makeRoom(0);
  }

  timedOut(event: EventMap['consensus.view_timed_out']): void {
    const record = this.of(event.view, event);
    if (record === undefined || record.timeout !== undefined) return;
    record.timeout = { atUs: this.offsetUs(record, event), consecutive: event.consecutive };
    record.leader ??= event.leader;
    record.timerUs ??= event.timeout_us;
    this.#close(record);
  }

  entered(event: Entered): void {
    const from = this.#current;
    const known = this.#records.get(event.view);
    const isOfThisLife = known?.run === this.#speaker.run;
    if (isOfThisLife && known.isEntered && this.offsetUs(known, event) === 0) return;
    if (from !== undefined && event.view <= from.view) {
      // Told late or twice, or really gone back: the times say which.
      if (this.offsetUs(from, event) <= 0) return this.#enteredBefore(event);
      this.#rewind(event.view);
    } else if (from === undefined) this.#newLife(event.view);
    const record = this.#records.get(event.view) ?? this.#create(event.view, event);
    this.#fillIn(record, event);
    if (from !== undefined && from.view < event.view) {
      if (event.trigger !== 'start') record.jumped = event.view - from.view - 1;
      this.#left(from, event);
    }
    this.#current = record;
    this.strains.opened(record);
    if (this.#hasLost) this.#found();
    this.#nameCollector(event);
  }

  /** An entry that is told after a later one. */
  #enteredBefore(event: Entered): void {
    const record = this.of(event.view, event);
    if (record === undefined || record.isEntered) return;
    this.#fillIn(record, event);
    this.#nameCollector(event);
    const around = [...this.#recent, this.#current].filter((one) => one !== undefined);
    const before = around.filter(({ view }) => view < event.view).sort((a, b) => b.view - a.view)[0];
    const after = around.filter(({ view }) => view > event.view).sort((a, b) => a.view - b.view)[0];
    if (before !== undefined) {
      record.jumped = event.view - before.view - 1;
      before.leftUs = this.offsetUs(before, event);
      before.leftBy = event.trigger;
      this.changed(before);
    }
    if (after === undefined) return;
    after.jumped = after.view - event.view - 1;
    record.leftUs = after.enteredAtUs - record.enteredAtUs;
    record.leftBy = after.trigger;
    this.#close(record);
  }

  #fillIn(record: OpenRecord, event: Entered): void {
    record.enter(event);
    record.epoch = event.epoch;
    record.trigger = event.trigger;
    record.leader = event.leader;
    record.timerUs = event.timeout_us;
  }

  #left(record: OpenRecord, next: Entered): void {
    record.leftUs = this.offsetUs(record, next);
    record.leftBy = next.trigger;
    if (this.#recent.push(record) > RECENT) this.#recent.shift();
    this.#close(record);
  }

  /** From here on nothing is missing. */
  #found(): void {
    this.#lost.clear();
    this.#hasLost = false;
  }

  #close(record: OpenRecord): void {
    record.close();
    this.#reader.closed(record);
    this.chain.closed(record);
  }

  /** In the chained form a view's votes go to the leader of the next. */
  #nameCollector({ view, leader }: Entered): void {
    if (!this.#isChained) return;
    const before = this.#records.get(view - 1);
    if (before !== undefined) before.collector ??= leader;
  }

  // --- which records there are

  #heardOf(view: number, at: Stamp): OpenRecord | undefined {
    if (view <= this.#floor) return undefined;
    const near = this.#current?.view;
    const lookahead = Math.min(LOOKAHEAD, this.chain.recordsPerBook >> 1);
    if (near !== undefined && view > near + lookahead) return undefined;
    return this.#create(view, at);
  }

  #create(view: number, at: Stamp): OpenRecord {
    if (this.#records.size >= this.chain.recordsPerBook) this.#makeRoom(1);
    const record = this.#spare ?? new OpenRecord(this.#speaker, view, at);
    if (record === this.#spare) record.begin(this.#speaker, view, at);
    this.#spare = undefined;
    record.unreachable = this.strains.reach.unreachable;
    if (this.#hasLost) for (const domain of this.#lost) record.lost(domain);
    this.#records.add(record);
    record.follow(this.#newest);
    this.#newest = record;
    this.#oldest ??= record;
    this.#hot = record;
    return record;
  }

  /** Drops the oldest records until `more` fit. */
  #makeRoom(more: number): void {
    const { recordsPerBook, votesPerBook } = this.chain;
    let next: OpenRecord | undefined;
    for (let record = this.#oldest; record !== undefined; record = next) {
      next = record.newer;
      const isTooMuch = this.#records.size + more > recordsPerBook || this.#votes > votesPerBook;
      if (!isTooMuch || this.#records.size < LEAST_RECORDS) return;
      // A node may stay in one view while much is heard of others.
      if (record === this.#current || record === this.#hot) continue;
      this.#drop(record);
      if (!this.#recent.includes(record)) this.#spare = record;
      if (this.#current !== undefined && record.view < this.#current.view)
        this.#floor = Math.max(this.#floor, record.view);
    }
  }

  #drop(record: OpenRecord): void {
    this.#records.delete(record);
    const { newer } = record;
    const older = record.unlink();
    if (record === this.#oldest) this.#oldest = newer;
    if (record === this.#newest) this.#newest = older;
    this.#votes -= record.votes.length;
    if (this.#hot === record) this.#hot = undefined;
  }

  /** The node is in a lower view than before: what it said of higher ones belongs to another past. */
  #rewind(view: number): void {
    for (const record of this.#records.values()) {
      if (record.view < view) continue;
      if (record === this.#current) this.#close(record);
      this.#drop(record);
    }
    this.#recent.length = 0;
    this.#current = undefined;
    this.#floor = Math.min(this.#floor, view - 1);
  }

  /**
   * The first entry of a life: what earlier lives said of this view and higher ones no longer holds. A
   * chain that was begun anew counts from the start again: nothing of the old one is left then.
   */
  #newLife(view: number): void {
    const { run } = this.#speaker;
    const isAnew = view <= this.#floor;
    for (const record of this.#records.values())
      if (isAnew || (record.run !== run && record.view >= view)) this.#drop(record);
    if (isAnew) this.#floor = view - 1;
  }
}
