/**
 * Findings in memory, bounded by number and by size; the oldest leave first. What a sidecar without a
 * data folder has of evidence, and what the store reads from. A finding that is there already is
 * not taken again.
 */
import type { Finding, FindingListener } from '../domains/consensus/findings/finding.js';
import { encodeFinding } from './finding-codec.js';
import { matches, type EvidenceQuery } from './query.js';

/** Bounds of a shelf. */
export interface ShelfBounds {
  /** Most findings. Default 10,000. */
  readonly maxRecords?: number;
  /** Most bytes of them. Default 32 MiB. */
  readonly maxBytes?: number;
}

/** Findings to read. */
export interface EvidenceReader {
  /** The finding with this id. */
  get(id: string): Finding | undefined;
  /** Findings that match, the newest first. */
  list(query?: EvidenceQuery): Finding[];
}

interface Held {
  readonly finding: Finding;
  readonly bytes: number;
}

/** Default of `maxBytes`. */
export const DEFAULT_EVIDENCE_BYTES = 32 * 1024 * 1024;
const DEFAULT_RECORDS = 10_000;

/** Holds findings while it lives. */
export class EvidenceShelf implements EvidenceReader, FindingListener {
  readonly #maxRecords: number;
  readonly #maxBytes: number;
  /** By id, oldest first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  constructor({ maxRecords = DEFAULT_RECORDS, maxBytes = DEFAULT_EVIDENCE_BYTES }: ShelfBounds = {}) {
    this.#maxRecords = maxRecords;
    this.#maxBytes = maxBytes;
  }

  finding(finding: Finding): void {
    if (!this.has(finding.id)) this.hold(finding, encodeFinding(finding).length);
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Takes a finding of which the size is known, unless it is there. */
  hold(finding: Finding, bytes: number): void {
    if (this.#held.has(finding.id)) return;
    this.#held.set(finding.id, { finding, bytes });
    this.#bytes += bytes;
    for (const [id, oldest] of this.#held) {
      if (this.#held.size <= this.#maxRecords && (this.#bytes <= this.#maxBytes || this.#held.size === 1))
        break;
      this.#held.delete(id);
      this.#bytes -= oldest.bytes;
    }
  }

  get(id: string): Finding | undefined {
    return this.#held.get(id)?.finding;
  }

  list(query: EvidenceQuery = {}): Finding[] {
    const { limit = Infinity } = query;
    const found: Finding[] = [];
    for (const { finding } of [...this.#held.values()].reverse()) {
      if (found.length >= limit) break;
      if (matches(finding, query)) found.push(finding);
    }
    return found;
  }

  get size(): number {
    return this.#held.size;
  }
}
