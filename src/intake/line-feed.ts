/**
 * One open source: bytes to lines, lines to events, events to the queue, and every line to the books.
 *
 * States: open -> ended (no more bytes) -> finished (its last event is processed). Bytes after the
 * end are ignored. Nothing here throws on what arrives, and nothing waits: a feed that must lose
 * nothing processes a batch itself when the queue is full.
 */
import type { LosslessFeed, SourceDescription } from '../attach/feed.js';
import type { Logger } from '../base/logger.js';
import { LineDecoder } from '../events/decode.js';
import { LineSplitter } from '../events/lines.js';
import type { InvalidReason } from '../events/problem.js';
import type { DomainEvent, HelloEvent, SourceDroppedEvent, StreamEvent } from '../events/vocabulary.js';
import type { Account } from './account.js';
import type { Books } from './books.js';
import { domainOf, HELLO, priorities, priorityOf, SOURCE_DROPPED } from './event-index.js';
import { FeedProgress } from './feed-progress.js';
import { lineProblemDetails } from './line-problem.js';
import { NO_GAP, type NodeState } from './node.js';
import type { NodeTable } from './node-table.js';
import type { Pump } from './pump.js';
import type { EventQueue } from './queue.js';
import { DUPLICATE, LATE } from './sequence-window.js';
import { Speaker } from './speaker.js';
import type { Tap } from './tap.js';

const VITAL = priorities.indexOf('vital');
const INVALID_LINES_LOGGED = 3;
const HELLOS_LOGGED = 100;

/** What a feed shares with all others. */
export interface FeedRoom {
  readonly books: Books;
  readonly nodes: NodeTable;
  readonly queue: EventQueue;
  readonly pump: Pump;
  readonly logger: Logger;
  /** May change while feeds are open. */
  tap: Tap | undefined;
  /** A stream has ended and its last event is processed. */
  onStreamEnd?: ((stream: string) => void) | undefined;
}

/** A feed of NDJSON lines. */
export class LineFeed implements LosslessFeed {
  readonly #room: FeedRoom;
  readonly #source: SourceDescription;
  readonly #lossless: boolean;
  readonly #progress: FeedProgress;
  readonly #splitter: LineSplitter;
  readonly #decoder = new LineDecoder();
  /** Lines of which nobody is known to have said them. */
  readonly #nobody: Account;
  readonly #speakers = new Map<string, Speaker>();
  /** Every node that this feed keeps connected. */
  readonly #nodes = new Set<NodeState>();
  /** Who speaks where a line names nobody. */
  #byDefault: Speaker | undefined;
  #last: Speaker | undefined;
  /** Says hello for a producer that begins with something else. */
  #configured: HelloEvent | undefined;
  #ended = false;
  #invalidLines = 0;
  #hellos = 0;

  /** @param stream names this feed towards the clock */
  constructor(room: FeedRoom, source: SourceDescription, stream: string, lossless: boolean) {
    this.#room = room;
    this.#source = source;
    this.#lossless = lossless;
    this.#progress = new FeedProgress(stream, lossless, () => this.#finish());
    this.#nobody = room.books.account(source.door, '');
    this.#splitter = new LineSplitter({
      line: (line) => this.#line(line),
      problem: (reason) => this.#refuse(this.#default, reason, lineProblemDetails[reason]),
      // A tap hears lines as texts.
      lineAt: (bytes, start) => (room.tap ? -1 : this.#lineAt(bytes, start)),
    });
    room.books.connect(source.door, 1);
    // Not yet in force: a stream that says its own must not make a node of a configured one.
    this.#configured = source.hello;
    this.#decoder.node = source.hello?.node;
  }

  write(chunk: Uint8Array): void {
    if (this.#ended) return;
    this.#splitter.write(chunk);
    this.#decoder.letGo();
  }

  end(): void {
    if (this.#ended) return;
    // A file ends where it ends; a connection may break anywhere.
    this.#splitter.end({ complete: this.#lossless });
    this.#ended = true;
    this.#room.books.connect(this.#source.door, -1);
    this.#progress.end();
  }

  ready(): Promise<void> {
    return this.#room.pump.relaxed();
  }

  drained(): Promise<void> {
    return this.#progress.drained();
  }

  get #default(): Account {
    return this.#byDefault?.account ?? this.#nobody;
  }

  /** A line as it lies in the chunk: nearly all are taken this way. */
  #lineAt(bytes: Buffer, start: number): number {
    const decoder = this.#decoder;
    const next = decoder.decodeAt(bytes, start);
    if (next < 0 || decoder.index === HELLO || this.#configured) return -1;
    const event = decoder.event!;
    this.#said(event, this.#speakerOf(event.node), next - start - 1);
    return next;
  }

  #line(line: string): void {
    const decoder = this.#decoder;
    const verdict = decoder.decode(line);
    if (this.#configured && verdict === 'event' && decoder.index !== HELLO) this.#hello(this.#configured);
    if (verdict !== 'event') {
      this.#room.tap?.line(line, this.#byDefault);
      if (verdict === 'invalid') return this.#refuse(this.#default, decoder.reason, decoder.detail);
      this.#default.received.add();
      return this.#default.unknown.add();
    }
    const event = decoder.event!;
    if (decoder.index === HELLO) {
      const account = this.#hello(event as HelloEvent, line);
      if (decoder.unknownFields > 0) account.ignoreFields(decoder.unknownFields);
      return;
    }
    const speaker = this.#speakerOf(event.node);
    if (this.#room.tap) {
      // A run that was not announced begins with its first event, and the tap may ask where counting stands.
      const domain = domainOf[decoder.index]!;
      if (domain >= 0) speaker?.run.window(domain, (event as DomainEvent).seq);
      this.#room.tap.line(line, speaker, event as Exclude<StreamEvent, HelloEvent>);
    }
    this.#said(event, speaker, line.length);
  }

  #speakerOf(node: string): Speaker | undefined {
    return this.#last?.hello.node === node ? this.#last : this.#speakers.get(node);
  }

  /** The event that the decoder holds, of anything but a hello. */
  #said(event: StreamEvent, speaker: Speaker | undefined, length: number): void {
    const decoder = this.#decoder;
    if (!speaker) return this.#refuse(this.#nobody, 'no_hello', 'node: no hello of it on this connection');
    this.#last = speaker;
    const { account } = speaker;
    account.received.add();
    if (decoder.unknownFields > 0) account.ignoreFields(decoder.unknownFields);
    if (decoder.index === SOURCE_DROPPED) {
      const { domain, count } = event as SourceDroppedEvent;
      speaker.node.countAdmitted(domain, count);
      account.processed.add();
    } else {
      this.#event(event as DomainEvent, decoder.index, speaker, length);
    }
  }

  #event(event: DomainEvent, index: number, speaker: Speaker, length: number): void {
    const { node, run, account } = speaker;
    const { queue, pump } = this.#room;
    const domain = domainOf[index]!;
    const found = run.window(domain, event.seq).accept(event.seq);
    let outOfOrder = run !== node.current;
    if (found !== 0) {
      if (found === DUPLICATE) return account.duplicate.add();
      if (found === LATE) {
        node.countLate(domain);
        outOfOrder = true;
      } else node.lose(domain, found);
    }
    if (!this.#isAdmitted(index)) {
      account.drop(priorityOf[index]!);
      return node.owe(domain, 1);
    }
    if (outOfOrder) node.owe(domain, 0);
    const gap = node.owes ? node.settle(domain) : NO_GAP;
    queue.put(event, index, speaker, gap, length);
    if (outOfOrder) node.owe(domain, 0);
    pump.schedule();
  }

  /** @param line as it arrived; absent when the hello is configured @returns where it was counted */
  #hello(hello: HelloEvent, line?: string): Account {
    const { nodes, queue, pump, tap } = this.#room;
    const known = nodes.find(hello);
    const isNews = known?.isNews(hello) ?? true;
    if (isNews && !this.#isAdmitted(HELLO)) {
      this.#default.received.add();
      this.#default.drop(VITAL);
      return this.#default;
    }
    const isAnnounced = line !== undefined;
    const node = known ?? nodes.add(hello, isAnnounced);
    if (!node) {
      this.#refuse(this.#default, 'too_many_nodes', 'node: no room for another connected node');
      return this.#default;
    }
    const speaker = this.#speakFor(node, hello, isAnnounced);
    if (line !== undefined) tap?.hello(line, speaker);
    const { account } = speaker;
    account.received.add();
    // Even where nothing is queued, the domains may be owed a gap that this hello has shown.
    pump.schedule();
    if (!isNews) {
      account.processed.add();
      return account;
    }
    this.#announce(hello);
    queue.put(hello, HELLO, speaker, NO_GAP, line?.length ?? 0);
    return account;
  }

  #speakFor(node: NodeState, hello: HelloEvent, isAnnounced: boolean): Speaker {
    this.#configured = undefined;
    const run = node.enter(hello, isAnnounced);
    const account = this.#room.books.account(this.#source.door, hello.node);
    const speaker = new Speaker(this.#progress, node, run, hello, account);
    if (!this.#nodes.has(node)) {
      this.#nodes.add(node);
      this.#room.nodes.connect(node, 1);
    }
    this.#speakers.set(hello.node, speaker);
    this.#byDefault = speaker;
    this.#last = speaker;
    this.#decoder.node = hello.node;
    return speaker;
  }

  #announce(hello: HelloEvent): void {
    if (++this.#hellos > HELLOS_LOGGED) return;
    const { door, peer } = this.#source;
    const { chain, node, run, software } = hello;
    this.#room.logger.info('a node says hello', { chain, node, run, software, door, peer });
  }

  /** Whether the queue takes an event of this index; a feed that can wait makes room. */
  #isAdmitted(index: number): boolean {
    const { queue, pump } = this.#room;
    if (!this.#lossless) return queue.admits(index);
    while (queue.isFull) if (!pump.step()) return false;
    return true;
  }

  #refuse(account: Account, reason: InvalidReason, detail: string): void {
    account.refuse(reason);
    if (++this.#invalidLines > INVALID_LINES_LOGGED) return;
    const { door, peer } = this.#source;
    const where = { door, peer, node: account.node };
    this.#room.logger.warn('a line was refused', { ...where, reason, detail });
  }

  #finish(): void {
    for (const node of this.#nodes) this.#room.nodes.connect(node, -1);
    this.#nodes.clear();
    this.#room.onStreamEnd?.(this.#progress.stream);
  }
}
