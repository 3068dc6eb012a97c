/**
 * A stretch of whole lines on their way out, and what they amount to, so that a chunk that is lost can be
 * accounted for without being read again.
 */
import { domainNames } from '../../events/vocabulary.js';
import type { HelloFacts } from './hello.js';
import type { Loss } from './loss-ledger.js';
import type { Target } from './words.js';

/** Size of a chunk; only a single longer line gets a longer one. */
export const CHUNK_BYTES = 65_536;

export class Chunk implements Target {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Bytes of whole lines. */
  used = 0;
  /** Events among the lines. */
  count = 0;
  /** The same by position in `domainNames`. */
  readonly events: number[] = domainNames.map(() => 0);
  /** By domain, the `seq` after the last event up to the end of this chunk; set when the chunk is closed. */
  placed: readonly number[] = [];
  /** What the stream has stated of itself before this chunk begins. */
  facts: HelloFacts;
  /** Losses that this chunk tells of. */
  told: readonly Loss[] = [];

  constructor(facts: HelloFacts, size = CHUNK_BYTES) {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, size);
    this.facts = facts;
  }

  /** Empties the chunk for use from `facts` on. */
  reset(facts: HelloFacts): this {
    this.used = 0;
    this.count = 0;
    this.events.fill(0);
    this.placed = [];
    this.told = [];
    this.facts = facts;
    return this;
  }
}
