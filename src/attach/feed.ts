/**
 * The port between a door and the intake. A door moves bytes: it opens a feed per connection, file or
 * worker, writes whatever arrives, and ends it. Lines, events, accounting and gaps are the intake's.
 *
 * Two kinds of door: one whose producer must never wait (sockets, workers) opens a `Feed` and never
 * stops reading, whatever is dropped behind it; one that can wait (files, stdin) opens a
 * `LosslessFeed`, of which nothing is ever dropped.
 */
import type { HelloEvent } from '../events/vocabulary.js';

/** Where bytes come from. */
export interface SourceDescription {
  /** The door, bounded and used as the label `source`: unix, tcp, embedded, replay, stdin. */
  readonly door: string;
  /** For the log: which connection or file. */
  readonly peer: string;
  /**
   * Stands in for the `hello` of a producer that cannot say one, such as a log pipeline. Every feed is a
   * run of its own, counted from its first event on. Of no effect once the stream has said its own.
   */
  readonly hello?: HelloEvent;
}

/** One open source. `write` copies nothing and keeps nothing of `chunk` after it returns. */
export interface Feed {
  /** Bytes as they arrived; a chunk may end anywhere. Never throws. */
  write(chunk: Uint8Array): void;
  /** The source has ended; an unfinished line is counted as `half_line`. */
  end(): void;
}

/** What a door needs of the intake. */
export type OpenFeed = (source: SourceDescription) => Feed;

/**
 * A source that can wait, and that is complete when it ends: its last line needs no newline. Writing without waiting for `ready` loses nothing either, but blocks longer.
 */
export interface LosslessFeed extends Feed {
  /** Resolves as soon as the intake has room for more. */
  ready(): Promise<void>;
  /** Resolves when every event written so far has been processed. */
  drained(): Promise<void>;
}

/** What a door that can wait needs of the intake. */
export type OpenLosslessFeed = (source: SourceDescription) => LosslessFeed;
