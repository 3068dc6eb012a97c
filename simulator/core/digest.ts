/**
 * The fingerprint of a run: SHA-256 over its ordered events. Two runs with the same digest did the
 * same things at the same virtual times; the seed's promise is checked with it.
 *
 * Encoding: 24 bytes a record, six unsigned 32-bit integers, little endian:
 *   time low, time high (microseconds from the start of the run), code << 16 | validator, x, y, z
 * with the codes of `Code` and x, y, z as documented there.
 */
import { createHash, type Hash } from 'node:crypto';

/** Record codes. */
export const Code = {
  /** A message was delivered; x: type, y: sender, z: view. */
  delivered: 1,
  /** A message was dropped, since the receiver is down; x: type, y: sender, z: view. */
  dropped: 2,
  /** A view was entered; x: view, y: trigger (0 start, 1 qc, 2 tc, 3 timer, 4 dc, 5 sync), z: leader. */
  viewEntered: 3,
  /** A view timer expired; x: view, y: consecutive, z: 0. */
  viewTimedOut: 4,
  /** A proposal was sent; x: view, y: block, z: justify view. */
  proposed: 5,
  /** A vote was sent; x: view, y: block, z: lock view. */
  voted: 6,
  /** A certificate was formed; x: view, y: block, z: height. */
  certified: 7,
  /** A timeout certificate was formed; x: view, y: 0, z: 0. */
  timeoutCertified: 8,
  /** A block was committed; x: height, y: block, z: view. */
  committed: 9,
  /** A block was executed; x: height, y and z: the state root. */
  executed: 10,
  /** A fault began or ended; x: kind (`faultCodes`), y: 1 begin, 0 end, z: added delay. */
  fault: 11,
  /** A vote2 was sent; x: view, y: block, z: lock view. */
  votedAgain: 12,
  /** A double certificate was formed; x: view, y: block, z: height. */
  doubleCertified: 13,
  /** An epoch began at a validator; x: epoch, y: its first view, z: its root block. */
  epochEntered: 14,
} as const;

const RECORD_BYTES = 24;
const RECORDS = 2048;

/** Collects records and hashes them. */
export class RunDigest {
  readonly #hash: Hash = createHash('sha256');
  readonly #bytes = new Uint8Array(RECORDS * RECORD_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** Adds one record. Values beyond 32 bits keep their low 32. */
  record(code: number, timeUs: number, validator: number, x: number, y: number, z: number): void {
    if (this.#at === this.#bytes.length) this.#flush();
    const at = this.#at;
    const view = this.#view;
    view.setUint32(at, timeUs, true);
    view.setUint32(at + 4, timeUs / 4294967296, true);
    view.setUint32(at + 8, (code << 16) | validator, true);
    view.setUint32(at + 12, x, true);
    view.setUint32(at + 16, y, true);
    view.setUint32(at + 20, z, true);
    this.#at = at + RECORD_BYTES;
  }

  /** The digest so far, hexadecimal; more may follow. */
  hex(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
  }
}
