/**
 * Alert state that survives kill -9: one record per transition, durable before anybody is told of it. Read back on opening;
 * written anew, without what is over, on opening and when it has grown. Never throws once open and never waits on
 * the event loop: what the disk does not take is counted by the journal and tried again with the next flush.
 */
import type { Clock } from '../../base/clock.js';
import { silentLogger, type Logger } from '../../base/logger.js';
import { Journal, type FlushResult, type JournalOptions } from '../../journal/journal.js';
import type { Instance } from '../evaluation/instance.js';
import type { Labels } from '../../promql/labels.js';
import { decodeRecord, encodeRecord, type AlertRecord, type StoredInstance } from './instance-record.js';

/** Where alert state is kept. */
export interface AlertJournalOptions extends Pick<JournalOptions, 'folder' | 'meter' | 'files'> {
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Written anew when so much has been appended. */
const COMPACT_BYTES = 2 * 1024 * 1024;

/** States: open -> closed. */
export class AlertJournal {
  readonly #journal: Journal;
  /** The last record of each instance that is not gone. */
  readonly #current = new Map<string, Uint8Array>();
  #lastAliveUs: number | undefined;
  #sinceCompaction = 0;

  private constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Opens and reads it. @throws QuorumscopeError as `Journal.open` does */
  static async open(options: AlertJournalOptions): Promise<AlertJournal> {
    const { logger = silentLogger } = options;
    const journal = await Journal.open({ ...options, logger });
    const store = new AlertJournal(journal);
    for await (const { sequence, payload } of journal.read()) {
      const record = decodeRecord(payload);
      if (record === undefined) logger.warn('a record of alert state cannot be read', { sequence });
      // The journal may hand out the same memory again.
      else store.#remember(record, Uint8Array.from(payload));
    }
    await store.#compact();
    return store;
  }

  /** What was known when the last process ended. */
  stored(): readonly StoredInstance[] {
    return [...this.#current.values()].flatMap((payload) => {
      const record = decodeRecord(payload);
      return record?.kind === 'state' ? [record] : [];
    });
  }

  /** When the last process was alive, as far as is known. */
  get lastAliveUs(): number | undefined {
    return this.#lastAliveUs;
  }

  /** Writes down how an instance is now. */
  state(rule: string, instance: Instance): void {
    this.#append({ kind: 'state', rule, instance });
  }

  /** Writes down that an instance is no more. */
  gone(rule: string, labels: Labels): void {
    this.#append({ kind: 'gone', rule, labels });
  }

  /** Writes down that nothing changed; durable with the next transition. */
  alive(atUs: number): void {
    this.#append({ kind: 'alive', atUs });
  }

  /** Makes everything written so far durable. Never rejects. */
  async flush(): Promise<FlushResult> {
    const result = await this.#journal.flush();
    if (result.ok && this.#sinceCompaction > COMPACT_BYTES) await this.#compact();
    return result;
  }

  close(): Promise<FlushResult> {
    return this.#journal.close();
  }

  #append(record: AlertRecord): void {
    const payload = encodeRecord(record);
    this.#remember(record, payload);
    this.#sinceCompaction += payload.length;
    this.#journal.append(payload);
  }

  #remember(record: AlertRecord, payload: Uint8Array): void {
    if (record.kind === 'alive') {
      this.#lastAliveUs = record.atUs;
      return;
    }
    const labels = record.kind === 'state' ? record.instance.labels : record.labels;
    const id = `${record.rule}\n${labels.key}`;
    if (record.kind === 'gone') this.#current.delete(id);
    else this.#current.set(id, payload);
  }

  /** Writes what counts into a new segment and deletes the older ones. A crash on the way leaves both: the last record counts. */
  async #compact(): Promise<void> {
    this.#sinceCompaction = 0;
    const first = this.#journal.nextSequence;
    this.#journal.startSegment();
    const payloads = [...this.#current.values()];
    if (this.#lastAliveUs !== undefined)
      payloads.push(encodeRecord({ kind: 'alive', atUs: this.#lastAliveUs }));
    const taken = payloads.every((payload) => this.#journal.append(payload) !== undefined);
    const result = await this.#journal.flush();
    if (taken && result.ok && payloads.length > 0) await this.#journal.removeBefore(first);
  }
}
