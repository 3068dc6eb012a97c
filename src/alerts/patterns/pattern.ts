/**
 * A pattern: events that, coming together, are worth an alert. Read, checked and immutable; what has been seen of it is
 * a `PatternMatcher`'s. The kinds are those of Sigma's correlation rules, and one for what should have followed.
 */

/** What a pattern asks of the events of one group within its timespan. */
export const patternTypes = [
  /** Any of the events, so many times. */
  'event_count',
  /** Any of the events, with so many different values of a field. */
  'value_count',
  /** All of the events, in any order. */
  'temporal',
  /** All of the events, in this order. */
  'temporal_ordered',
  /** The first event, and not the second one after it. */
  'not_followed',
] as const;

export type PatternType = (typeof patternTypes)[number];

/** The fields of an event. */
export type FactFields = Readonly<Record<string, unknown>>;

/** One of the events of a pattern. */
export interface PatternStep {
  /** Type of the event, such as `consensus.view_timed_out`. */
  readonly event: string;
  /** Of the stream; undefined for what the sidecar concluded. */
  readonly domain: string | undefined;
  /** Whether its fields are as asked for. */
  readonly matches: (fields: FactFields) => boolean;
  /** The field that gives each label of the group, in the order of `groupBy`. */
  readonly keys: readonly string[];
  /** The field whose values are counted; undefined unless the type is `value_count`. */
  readonly counted: string | undefined;
}

/** A pattern. Times in microseconds. */
export interface Pattern {
  readonly type: PatternType;
  readonly steps: readonly PatternStep[];
  /** Labels of the alert; `chain_id` and `node_id` are whose event it is, all others are fields. */
  readonly groupBy: readonly string[];
  readonly timespanUs: number;
  /** Least count; 1 where nothing is counted. */
  readonly atLeast: number;
  /** How long it holds after it was seen last. */
  readonly resolveAfterUs: number;
  /** As a person reads it. */
  readonly text: string;
  /** Equal for patterns that are the same. */
  readonly identity: string;
}
