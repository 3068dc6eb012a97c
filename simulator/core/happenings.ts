/**
 * The kinds of event that the simulated world knows, as numbers in the event queue, and what the
 * queue's fields mean for each. `life` is the count of process starts of a node: what was scheduled
 * for an earlier life never happens.
 */

/** Kinds of event. */
export const Happening = {
  /** A message arrives at `node`; a: sender, b: bytes, payload: the message. */
  deliver: 0,
  /** `node` is done with the processor work of the oldest queued message; a: life. */
  processed: 1,
  /** A timer of `node`; a: life, b: timer name. */
  timer: 2,
  /** The oldest unfinished safety record of `node` is durable; a: life, b: microseconds it took. */
  durable: 3,
  /** `node` has executed the oldest committed block; a: life. */
  executed: 4,
  /** A fault begins or ends; payload: the change. */
  fault: 5,
  /** A client submits the next transaction. */
  arrival: 6,
  /** `node` measures its queues and resources; a: life. */
  sample: 7,
  /** `node` learns that its connection to peer `a` opened. */
  peerUp: 8,
  /** `node` learns that its connection to peer `a` broke; b: 1 when by silence, if it lasts. */
  peerDown: 9,
  /** `node` starts for the first time. */
  start: 10,
} as const;
