/**
 * What a node states about its own machine, written into the record of its view: storage, event loop,
 * processor, queues, catching up, lost connections.
 *
 * A figure is stated at the end of what it measures. It counts for every view that this overlapped, so
 * that a sync of a second is found in the view whose vote it held up, not only in the next.
 */
import type { Envelope } from '../../../events/envelope.js';
import type { OpenRecord, Stamp, StrainKind } from './open-record.js';
import { Reachability } from './reachability.js';

type Sampled = 'loopLagUs' | 'cpuRatio';

/** Writes strain into the records of one node. */
export class Strains {
  readonly reach = new Reachability();
  /** Records of the views left last, oldest first; the book's. */
  readonly #recent: readonly OpenRecord[];
  readonly #changed: (record: OpenRecord) => void;
  readonly #lastSampled: Record<Sampled, Stamp | undefined> = { loopLagUs: undefined, cpuRatio: undefined };
  #current: OpenRecord | undefined;
  #isSyncing = false;

  constructor(recent: readonly OpenRecord[], changed: (record: OpenRecord) => void) {
    this.#recent = recent;
    this.#changed = changed;
  }

  /** The node is in the view of `record` now. */
  opened(record: OpenRecord): void {
    this.#current = record;
    if (this.#isSyncing) record.syncing();
  }

  restart(): void {
    this.reach.forget();
    this.#current = undefined;
    this.#isSyncing = false;
    this.#lastSampled.loopLagUs = undefined;
    this.#lastSampled.cpuRatio = undefined;
  }

  syncing(isSyncing: boolean): void {
    this.#isSyncing = isSyncing;
    if (isSyncing) this.#current?.syncing();
  }

  /** Something took `us` until now. */
  took(kind: StrainKind, us: number, at: Stamp): void {
    const current = this.#current;
    if (current === undefined) return;
    if (us > (current.strain[kind] ?? -1)) this.#raise(current, kind, us);
    const [first] = this.#recent;
    // Most things are shorter than the view is old.
    if (first !== undefined && us > current.offsetUs(at, current.run)) this.#raiseBack(kind, us, us, at);
  }

  /** A figure of the time since the same was stated last. */
  sampled(kind: Sampled, value: number, at: Envelope): void {
    const before = this.#lastSampled[kind];
    this.#lastSampled[kind] = { ts_us: at.ts_us, mono_us: at.mono_us };
    const current = this.#current;
    if (current === undefined) return;
    this.#raise(current, kind, value);
    const spanUs = before === undefined ? 0 : at.ts_us - before.ts_us;
    this.#raiseBack(kind, value, spanUs, at);
  }

  /** A connection was lost or a split seen. */
  reachChanged(): void {
    if (this.#current === undefined) return;
    for (const peer of this.reach.unreachable) this.#current.cutOff(peer);
  }

  #raiseBack(kind: StrainKind, value: number, spanUs: number, at: Stamp): void {
    for (let i = this.#recent.length - 1; i >= 0; i--) {
      const record = this.#recent[i]!;
      const sinceLeftUs = record.offsetUs(at, record.run) - (record.leftUs ?? 0);
      if (sinceLeftUs >= spanUs) return;
      this.#raise(record, kind, value);
    }
  }

  #raise(record: OpenRecord, kind: StrainKind, value: number): void {
    if (record.strained(kind, value)) this.#changed(record);
  }
}
