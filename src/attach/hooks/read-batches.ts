/**
 * The worker's end of the way from the node's thread: moves bytes from the ring to a feed. It looks for
 * them by a timer, often while they come and seldom while they do not; the node's thread is never
 * asked to wake it.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Feed } from '../feed.js';
import { RingReader } from './byte-ring.js';

/** An open reader. */
export interface BatchReader {
  /** Reads what is there now. */
  read(): void;
  /** Reads what is there, ends the feed, and stops. */
  stop(): void;
}

/** While bytes come, and the longest pause while none do. */
const BUSY_US = 2_000;
const IDLE_US = 16_000;
const CHUNK_BYTES = 65_536;
/** Most chunks in a row, so that the worker's own timers and messages get their turn. */
const CHUNKS_AT_ONCE = 16;

/**
 * Reads `ring` into `feed` until the writer ends it, and then ends the feed.
 * @param clock its timers do not keep the worker alive; whoever started the worker does
 */
export function readBatches(ring: SharedArrayBuffer, feed: Feed, clock: Pick<Clock, 'after'>): BatchReader {
  const reader = new RingReader(ring);
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let timer: Timer | undefined;
  let pauseUs = BUSY_US;
  let open = true;

  const drain = (most: number): number => {
    for (let chunks = 0; chunks < most; chunks++) {
      const count = reader.read(buffer);
      if (count === 0) return chunks;
      feed.write(buffer.subarray(0, count));
    }
    return most;
  };
  const end = (): void => {
    if (!open) return;
    open = false;
    timer?.stop();
    feed.end();
  };
  const look = (): void => {
    const chunks = drain(CHUNKS_AT_ONCE);
    if (reader.ended) return end();
    pauseUs = chunks === 0 ? Math.min(IDLE_US, pauseUs * 2) : BUSY_US;
    timer = clock.after(chunks === CHUNKS_AT_ONCE ? 0 : pauseUs, look);
  };
  timer = clock.after(0, look);
  return {
    read: () => {
      if (open) drain(Number.POSITIVE_INFINITY);
    },
    stop: () => {
      if (open) drain(Number.POSITIVE_INFINITY);
      end();
    },
  };
}
