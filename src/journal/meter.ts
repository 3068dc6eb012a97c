/**
 * What a journal counts, as a port: `boardMeter` of the composition fills it with series, tests with
 * numbers. Called often and from background work: an implementation is quick and never throws.
 */

/** Why a record was not taken. */
export const refusals = ['full', 'oversize', 'closed'] as const;

/** Why a record was not taken. */
export type Refusal = (typeof refusals)[number];

/** Hears what a journal does. */
export interface JournalMeter {
  /** A record was taken into memory. */
  appended(bytes: number): void;
  /** A record was not taken, and is lost unless its owner keeps it. */
  refused(reason: Refusal): void;
  /** Bytes became durable, in so many seconds. */
  flushed(bytes: number, seconds: number): void;
  /** A flush failed with the system's error code, such as `ENOSPC`; its records are tried again. */
  failed(code: string): void;
  /** On opening: bytes of an unfinished write were cut off. */
  cut(bytes: number): void;
  /** On opening: bytes within a file that hold no record; the file is kept beside the journal. */
  damaged(bytes: number): void;
  /** What the journal occupies now. */
  size(segments: number, bytes: number): void;
  /** Segments were deleted: older than what is kept. */
  removed(segments: number): void;
}

const ignore = (): void => undefined;

/** Counts nothing. */
export const silentMeter: JournalMeter = {
  appended: ignore,
  refused: ignore,
  flushed: ignore,
  failed: ignore,
  cut: ignore,
  damaged: ignore,
  size: ignore,
  removed: ignore,
};
