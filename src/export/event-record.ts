/**
 * One event on its way out: what a node said, as it said it, or what the sidecar concluded. Plain data, never changed;
 * whoever sends events takes these and knows nothing of where they come from.
 */

/** An event that leaves. */
export interface EventRecord {
  /** Such as `consensus.vote_received`, or `quorumscope.verdict` for a conclusion. */
  readonly type: string;
  readonly chain: string;
  /** Undefined for conclusions, which are about a chain. */
  readonly node: string | undefined;
  /** The node's run; undefined for conclusions. */
  readonly run: string | undefined;
  /**
   * Tells this event from all others of its type, chain, node and run: the same for the same event, however often and by
   * whomever it is heard.
   */
  readonly key: string;
  /** One line of JSON: the line as it was received, or the conclusion's document. */
  readonly json: string;
}

/** Where events go. `offer` is quick, keeps its memory bounded and never throws. */
export interface EventSink {
  offer(record: EventRecord): void;
}

/** One line of JSON: the event with what its line may leave to the `hello` before it. */
export function recordText({ chain, node, run, json }: EventRecord): string {
  // JSON takes a carriage return as a space; those who read by lines do not.
  const event = json.includes('\r') ? json.replaceAll('\r', ' ') : json;
  const said = node === undefined ? '' : `,"node":${JSON.stringify(node)},"run":${JSON.stringify(run)}`;
  return `{"chain":${JSON.stringify(chain)}${said},"event":${event}}`;
}
