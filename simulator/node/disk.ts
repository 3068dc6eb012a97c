/**
 * What a node's disk holds, and how long it takes. Safety records become durable in order; only then
 * may the replica send what it signed. The device syncs once at a time, and whatever is asked for
 * meanwhile shares the next sync, as in a log with group commit. A crash loses what was not durable yet.
 *
 * Final blocks count as durable at once: their certificates are on disk with the votes, and only
 * their execution would be repeated. The disk also remembers how far the node has executed.
 */
import type { Random } from '../../src/base/random.js';
import type { Block } from '../protocol/block.js';
import { Ledger } from '../protocol/block-tree.js';
import type { SafetyRecord } from '../protocol/effects.js';
import type { Durable } from '../protocol/replica.js';
import { firstRoot, type ContentHash } from '../workload/content-hash.js';
import { measuredFsyncUs, type Hardware } from './hardware.js';
import { LongSyncs } from './long-syncs.js';
import type { Strain } from './strain.js';

/** A page is the least that reaches the device. */
const PAGE_BYTES = 4096;

/** One node's storage; it outlives the process. */
export class Disk {
  readonly ledger = new Ledger();
  readonly longSyncs = new LongSyncs();
  /** Highest height executed, and the state root after it. */
  executedHeight = 0;
  stateRoot: ContentHash = firstRoot;
  /** Bytes that programs wrote, bytes that reached the device, and bytes now in use. */
  logicalBytes = 0;
  physicalBytes = 0;
  usedBytes = 0;
  readonly #random: Random;
  readonly #hardware: Hardware;
  readonly #strain: Strain;
  #record: SafetyRecord | undefined;
  #blocks: Block[] = [];
  #trimAt = 16;
  #unfinished: SafetyRecord[] = [];
  /** When the sync under way ends, and when the one ends that is to follow it, if any. */
  #syncEndsUs = 0;
  #nextEndsUs = 0;

  constructor(random: Random, hardware: Hardware, strain: Strain) {
    this.#strain = strain;
    this.#random = random;
    this.#hardware = hardware;
  }

  /** Begins to make a record durable. Returns when it will be, virtual microseconds. */
  begin(record: SafetyRecord, nowUs: number): number {
    this.#unfinished.push(record);
    return this.syncUs(nowUs);
  }

  /** The oldest unfinished record is durable now. */
  finish(): void {
    const record = this.#unfinished.shift();
    if (record === undefined) return;
    this.#record = record;
    if (record.block === undefined) return;
    this.#blocks.push(record.block);
    if (this.#blocks.length < this.#trimAt) return;
    // Blocks that became final live in the ledger; this list stays about as short as the open tree.
    const height = this.ledger.head.height;
    this.#blocks = this.#blocks.filter((block) => block.height > height);
    this.#trimAt = Math.max(16, 2 * this.#blocks.length);
  }

  /** When the device has done all that was asked for; not after now when it is idle. */
  get busyUntilUs(): number {
    return this.#nextEndsUs;
  }

  /** When a sync that is asked for now will be done. */
  syncUs(nowUs: number): number {
    if (this.#syncEndsUs <= nowUs) this.#syncEndsUs = this.#nextEndsUs;
    if (this.#syncEndsUs <= nowUs) {
      const tookUs = this.#tookUs();
      // What is asked for ahead of time (the executor does) and takes none keeps nobody waiting.
      if (tookUs === 0) return nowUs;
      this.#syncEndsUs = nowUs + tookUs;
      this.#nextEndsUs = this.#syncEndsUs;
      this.longSyncs.note(nowUs, this.#syncEndsUs);
      return this.#syncEndsUs;
    }
    if (this.#nextEndsUs === this.#syncEndsUs) {
      this.#nextEndsUs += this.#tookUs();
      this.longSyncs.note(this.#syncEndsUs, this.#nextEndsUs);
    }
    return this.#nextEndsUs;
  }

  #tookUs(): number {
    const ownUs = this.#hardware.fsync === 'instant' ? 0 : measuredFsyncUs(this.#random);
    return ownUs + this.#strain.syncDelayUs;
  }

  /** Counts bytes written; returns what reached the device for them. */
  count(bytes: number, kept: boolean): number {
    const physical = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    this.logicalBytes += bytes;
    this.physicalBytes += physical;
    if (kept) this.usedBytes += bytes;
    return physical;
  }

  /** The power fails: unfinished writes are gone. */
  crash(nowUs: number): void {
    this.#unfinished = [];
    this.#syncEndsUs = nowUs;
    this.#nextEndsUs = nowUs;
  }

  /** What a process finds when it starts. */
  durable(): Durable {
    return { record: this.#record, blocks: this.#blocks, ledger: this.ledger };
  }

  /** A disk that lost its safety record: a negative control for the checkers. */
  forgetSafetyRecord(): void {
    this.#record = undefined;
  }
}
