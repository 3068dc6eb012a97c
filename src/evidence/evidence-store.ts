/**
 * Every finding with its statements, for as long as the journal keeps them: what an operator shows to
 * others after the fact. It survives restarts and kill -9, and a finding that is found again, after a
 * restart or in a replay, is the one that is there.
 *
 * A room of its own, because a domain may not write files, and evidence is read by command line, HTTP
 * and alerts. Memory is bounded by number and by size; the oldest leave first. Storing never throws and
 * never waits: what the disk does not take now is tried again.
 */
import type { Clock, Timer } from '../base/clock.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { Finding, FindingListener } from '../domains/consensus/findings/finding.js';
import { Journal, type FlushResult, type JournalOptions } from '../journal/journal.js';
import type { Board } from '../metrics/board.js';
import { evidenceMetrics } from './catalogue.js';
import {
  DEFAULT_EVIDENCE_BYTES,
  EvidenceShelf,
  type EvidenceReader,
  type ShelfBounds,
} from './evidence-shelf.js';
import { decodeFinding, encodeFinding } from './finding-codec.js';
import type { EvidenceQuery } from './query.js';

const RETRY_US = 1_000_000;

/** Where evidence is kept, and its bounds. */
export interface EvidenceStoreOptions
  extends Pick<JournalOptions, 'folder' | 'meter' | 'files'>, ShelfBounds {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** States: open -> closed. */
export class EvidenceStore implements EvidenceReader, FindingListener {
  readonly #options: EvidenceStoreOptions;
  readonly #journal: Journal;
  readonly #shelf: EvidenceShelf;
  #retry: Timer | undefined;

  private constructor(options: EvidenceStoreOptions, journal: Journal) {
    this.#options = options;
    this.#journal = journal;
    this.#shelf = new EvidenceShelf(options);
  }

  /** Opens the store and reads what it holds. @throws QuorumscopeError as `Journal.open` does */
  static async open(options: EvidenceStoreOptions): Promise<EvidenceStore> {
    const { maxBytes = DEFAULT_EVIDENCE_BYTES, logger = silentLogger } = options;
    const segmentBytes = Math.floor(maxBytes / 4);
    const journal = await Journal.open({ ...options, retainBytes: 2 * maxBytes, segmentBytes });
    const store = new EvidenceStore(options, journal);
    for await (const { sequence, payload } of journal.read()) {
      const finding = decodeFinding(payload);
      if (finding !== undefined) store.#shelf.hold(finding, payload.length);
      else {
        store.#lose('unreadable');
        logger.warn('a stored finding cannot be read', { sequence });
      }
    }
    store.#show();
    return store;
  }

  /** Takes a finding, unless it is there already. */
  finding(finding: Finding): void {
    if (this.#shelf.has(finding.id)) return;
    const payload = encodeFinding(finding);
    this.#shelf.hold(finding, payload.length);
    this.#show();
    if (this.#journal.append(payload) === undefined) return this.#lose('refused');
    void this.#journal.flush().then((result) => {
      if (!result.ok) this.#retryLater();
    });
  }

  get(id: string): Finding | undefined {
    return this.#shelf.get(id);
  }

  list(query: EvidenceQuery = {}): Finding[] {
    return this.#shelf.list(query);
  }

  get size(): number {
    return this.#shelf.size;
  }

  /** Makes everything taken so far durable. Never rejects. */
  flush(): Promise<FlushResult> {
    return this.#journal.flush();
  }

  close(): Promise<FlushResult> {
    this.#retry?.stop();
    return this.#journal.close();
  }

  #retryLater(): void {
    this.#retry?.stop();
    this.#retry = this.#options.clock.after(RETRY_US, () => {
      void this.#journal.flush().then((result) => {
        if (!result.ok) this.#retryLater();
      });
    });
  }

  #lose(reason: 'refused' | 'unreadable'): void {
    this.#options.board.counter(evidenceMetrics.lost).at(reason).add();
  }

  #show(): void {
    this.#options.board.gauge(evidenceMetrics.records).at().set(this.#shelf.size);
  }
}
