/**
 * A bounded buffer between the hooks and a sink. Events become bytes at once, batches leave after so many
 * events or so much time, and what finds no room is dropped by rank, counted, and told to the sidecar.
 *
 *   accept -> open chunk -> waiting chunks -> in flight -> delivered
 *                |               (only while the sink stalls)     '-> lost, counted
 *                '-> refused: full, invalid
 *
 * Invariant, per domain: accepted or refused = delivered + lost + buffered. Lines are never cut. At most
 * one chunk is in flight, so a stream that breaks leaves the fate of one chunk unknown: it counts as lost.
 */
import type { Timer } from '../../base/clock.js';
import { encoders } from '../../events/encode.js';
import { MAX_LINE_BYTES, source } from '../../events/envelope.js';
import { domainNames, schemas } from '../../events/vocabulary.js';
import { Chunk, CHUNK_BYTES } from './chunk.js';
import type { EventPlan, Rank } from './event-plan.js';
import type { EventTap, TapOrigin } from './event-tap.js';
import { helloLine, type HelloFacts } from './hello.js';
import { lineWriter } from './line-writer.js';
import { LossLedger, type LossReason } from './loss-ledger.js';
import { LineMemory } from './words.js';

/** Where chunks go. */
export interface Sink {
  /**
   * Takes whole lines. True: they are gone and the memory is free again. False: they are on their way;
   * the sink keeps the memory until `resume` says true or it calls `settled` or `broken` of the outbox.
   */
  send(bytes: Buffer): boolean;
  /** For sinks that cannot call: asked at each flush while a chunk is in flight. Is it all gone? */
  resume?(): boolean;
}

/** Bounds of an outbox. */
export interface OutboxOptions {
  /** Events per batch. Default 100. */
  readonly batchSize?: number;
  /** Longest that an event waits for its batch to fill. Default 10 ms. */
  readonly flushIntervalUs?: number;
  /** Bytes buffered at most. Default 4 MiB. */
  readonly maxBufferBytes?: number;
}

/** Timers; none runs while nothing waits. */
export interface Timers {
  after(delayUs: number, action: () => void): Timer;
}

/** How full the buffer may be for an event of each rank: bulk goes first, vital last. */
const FILL: Readonly<Record<Rank, number>> = { 0: 0.5, 1: 0.75, 2: 1 };
const DROPPED_INDEX = schemas.indexOf(source.dropped);
const METRIC_DOMAIN = domainNames.indexOf('metric');

export class Outbox implements EventTap {
  readonly #origin: TapOrigin;
  readonly #sink: Sink;
  readonly #timers: Timers;
  readonly #batchSize: number;
  readonly #flushIntervalUs: number;
  readonly #limits: readonly number[];
  readonly #memory = new LineMemory();
  readonly #losses = new LossLedger();
  readonly #deliveredEvents: number[] = domainNames.map(() => 0);
  readonly #waiting: Chunk[] = [];
  /** By domain: the `seq` after the last event accepted, and after the last one delivered. */
  readonly #placed: number[];
  #delivered: readonly number[];
  #open: Chunk;
  #spare: Chunk | undefined;
  #inFlight: Chunk | undefined;
  #bytes = 0;
  /** The facts in force, and those that the open chunk ends with. */
  #facts: HelloFacts;
  #statedFacts: HelloFacts;
  #streaming = false;
  #helloDue = true;
  #armed = false;
  #writing = false;

  constructor(origin: TapOrigin, sink: Sink, timers: Timers, options: OutboxOptions = {}) {
    this.#origin = origin;
    this.#sink = sink;
    this.#timers = timers;
    this.#batchSize = options.batchSize ?? 100;
    this.#flushIntervalUs = options.flushIntervalUs ?? 10_000;
    const maxBytes = options.maxBufferBytes ?? 4 * 1024 * 1024;
    this.#limits = [FILL[0] * maxBytes, FILL[1] * maxBytes, FILL[2] * maxBytes];
    this.#placed = [...origin.nextSeq];
    this.#delivered = origin.nextSeq;
    this.#facts = origin.facts;
    this.#statedFacts = origin.facts;
    this.#open = new Chunk(origin.facts);
  }

  hasRoom(rank: Rank): boolean {
    return this.#bytes < this.#limits[rank]!;
  }

  accept(
    plan: EventPlan,
    tsUs: number,
    monoUs: number,
    seq: number,
    weight: number | undefined,
    body: Readonly<Record<string, unknown>>,
  ): void {
    // A getter of another event's body may call a hook: its lines must not mix with those being written.
    if (this.#writing) return this.refuse(plan.domain, 'invalid');
    if (!this.hasRoom(plan.rank)) return this.refuse(plan.domain, 'full');
    if (this.#facts !== this.#statedFacts) this.#state();
    const writer = lineWriter(plan.index);
    if (this.#open.bytes.length - this.#open.used < writer.maxBytes) this.#turn(writer.maxBytes);
    const chunk = this.#open;
    this.#writing = true;
    try {
      const end = writer.write(chunk, chunk.used, tsUs, monoUs, seq, weight, body, this.#memory);
      if (end >= 0) {
        this.#writing = false;
        this.#commit(plan, seq, chunk, end);
        return;
      }
      const line = `${encoders[plan.index]!(undefined, tsUs, monoUs, seq, weight, body)}\n`;
      this.#writing = false;
      this.#acceptText(plan, seq, line);
    } catch {
      this.#writing = false;
      this.refuse(plan.domain, 'invalid');
    }
  }

  refuse(domain: number, reason: LossReason): void {
    this.#losses.add(domain, reason);
    if (!this.#armed && this.#streaming) this.#arm();
  }

  restate(facts: HelloFacts): void {
    this.#facts = facts;
    this.#arm();
  }

  lost(reason?: LossReason): readonly number[] {
    return this.#losses.totals(reason);
  }

  /** Events delivered, by position in `domainNames`. */
  get delivered(): readonly number[] {
    return this.#deliveredEvents;
  }

  /** Bytes not yet delivered. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  /** A stream has begun: `hello` goes first, then what waits. */
  begin(): void {
    this.#streaming = true;
    this.#helloDue = true;
    this.#origin.redeclare();
    this.flush();
  }

  /** The chunk in flight has been delivered. */
  settled(): void {
    const chunk = this.#inFlight;
    if (chunk === undefined) return;
    this.#inFlight = undefined;
    this.#deliver(chunk);
    this.flush();
  }

  /** The stream broke: the chunk in flight is lost, the rest waits for the next stream. */
  broken(): void {
    this.#streaming = false;
    const chunk = this.#inFlight;
    this.#inFlight = undefined;
    // Its memory may still be the sink's: not used again.
    if (chunk !== undefined) this.#lose(chunk);
  }

  /** Sends what can be sent now. */
  flush(): void {
    if (this.#writing || !this.#streaming) return;
    if (this.#inFlight !== undefined && !this.#resumed()) return;
    if (this.#helloDue || this.#losses.owes) {
      if (!this.#sendStatements()) return;
    }
    if (this.#facts !== this.#statedFacts) this.#state();
    for (let chunk = this.#waiting[0]; chunk !== undefined; chunk = this.#waiting[0]) {
      this.#waiting.shift();
      if (!this.#send(chunk)) return;
      this.#spare = chunk.bytes.length === CHUNK_BYTES ? chunk : this.#spare;
    }
    if (this.#open.used > 0) this.#sendOpen();
  }

  /** Whether nothing waits and nothing is in flight. */
  get idle(): boolean {
    return this.#bytes === 0 && this.#inFlight === undefined && !(this.#streaming && this.#losses.owes);
  }

  /** Gives up what has not been delivered. */
  abandon(): void {
    this.broken();
    for (const chunk of [...this.#waiting.splice(0), this.#open]) this.#lose(chunk);
    this.#open.reset(this.#facts);
  }

  /** Events that are not plain: through the general encoder, into whatever chunk has room. */
  #acceptText(plan: EventPlan, seq: number, line: string): void {
    const size = Buffer.byteLength(line);
    if (size > MAX_LINE_BYTES || line.indexOf('\n') !== line.length - 1) {
      return this.refuse(plan.domain, 'invalid');
    }
    if (!this.#fits(size, plan.rank)) return this.refuse(plan.domain, 'full');
    if (this.#open.bytes.length - this.#open.used < size) this.#turn(size);
    this.#commit(plan, seq, this.#open, this.#open.used + this.#open.bytes.write(line, this.#open.used));
  }

  #commit(plan: EventPlan, seq: number, chunk: Chunk, end: number): void {
    const { domain } = plan;
    const size = end - chunk.used;
    if (!this.#fits(size, plan.rank)) return this.refuse(domain, 'full');
    chunk.used = end;
    chunk.events[domain]!++;
    this.#placed[domain] = seq + 1;
    this.#bytes += size;
    if (++chunk.count >= this.#batchSize) this.flush();
    else if (!this.#armed) this.#arm();
  }

  #fits(size: number, rank: Rank): boolean {
    return this.#bytes + size <= this.#limits[rank]!;
  }

  /** Makes room for `size` bytes in the open chunk: sends it, or sets it aside and opens another. */
  #turn(size: number): void {
    this.flush();
    if (this.#open.bytes.length - this.#open.used < size) this.#setAside(size);
  }

  #setAside(size: number): void {
    if (this.#open.used > 0) {
      this.#open.placed = [...this.#placed];
      this.#waiting.push(this.#open);
    }
    this.#openNext(size);
  }

  #openNext(size: number): void {
    if (size > CHUNK_BYTES) {
      this.#open = new Chunk(this.#statedFacts, size);
      return;
    }
    this.#open = this.#spare?.reset(this.#statedFacts) ?? new Chunk(this.#statedFacts);
    this.#spare = undefined;
  }

  #sendOpen(): void {
    const chunk = this.#open;
    chunk.placed = [...this.#placed];
    if (this.#send(chunk) && chunk.bytes.length === CHUNK_BYTES) chunk.reset(this.#statedFacts);
    else this.#openNext(CHUNK_BYTES);
  }

  #send(chunk: Chunk): boolean {
    if (!this.#sink.send(chunk.bytes.subarray(0, chunk.used))) {
      this.#inFlight = chunk;
      if (this.#sink.resume) this.#arm();
      return false;
    }
    this.#deliver(chunk);
    return true;
  }

  /** Asks the sink whether the chunk in flight has gone. */
  #resumed(): boolean {
    if (!this.#sink.resume?.()) return false;
    this.#deliver(this.#inFlight!);
    this.#inFlight = undefined;
    return true;
  }

  #deliver(chunk: Chunk): void {
    this.#bytes -= chunk.used;
    if (chunk.placed.length > 0) this.#delivered = chunk.placed;
    for (let domain = 0; domain < chunk.events.length; domain++) {
      this.#deliveredEvents[domain]! += chunk.events[domain]!;
    }
  }

  #lose(chunk: Chunk): void {
    this.#bytes -= chunk.used;
    this.#losses.giveBack(chunk.told);
    chunk.events.forEach((count, domain) => {
      if (count > 0) this.#losses.add(domain, 'disconnected', count);
    });
  }

  /** What the stream says about itself: who speaks, what was lost. Bounded, so it finds room always. */
  #sendStatements(): boolean {
    const { identity, stamper } = this.#origin;
    stamper.stamp();
    let text = '';
    if (this.#helloDue) {
      const first = this.#waiting[0] ?? (this.#open.used > 0 ? this.#open : undefined);
      const facts = first?.facts ?? this.#facts;
      if (first === undefined) this.#statedFacts = this.#open.facts = this.#facts;
      text = helloLine(identity.node, facts, this.#delivered, stamper.tsUs, stamper.monoUs);
    }
    const told = this.#losses.take();
    for (const loss of told) {
      text += `${encoders[DROPPED_INDEX]!(undefined, stamper.tsUs, stamper.monoUs, undefined, undefined, { ...loss })}\n`;
    }
    if (told.some(({ domain }) => domain === domainNames[METRIC_DOMAIN])) this.#origin.redeclare();
    this.#helloDue = false;
    const chunk = new Chunk(this.#facts, Buffer.byteLength(text));
    chunk.used = chunk.bytes.write(text);
    chunk.told = told;
    this.#bytes += chunk.used;
    return this.#send(chunk);
  }

  /** States new facts in mid-stream. Without room for them they wait for a better moment. */
  #state(): void {
    const { identity, stamper } = this.#origin;
    stamper.stamp();
    const line = helloLine(identity.node, this.#facts, this.#placed, stamper.tsUs, stamper.monoUs);
    const size = Buffer.byteLength(line);
    if (!this.#fits(size, 2)) return;
    this.#statedFacts = this.#facts;
    if (this.#open.bytes.length - this.#open.used < size) this.#setAside(size);
    this.#open.used += this.#open.bytes.write(line, this.#open.used);
    this.#bytes += size;
    if (!this.#armed) this.#arm();
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#timers.after(this.#flushIntervalUs, () => {
      this.#armed = false;
      this.flush();
      if (this.#inFlight !== undefined && this.#sink.resume) this.#arm();
    });
  }
}
