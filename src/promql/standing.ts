/**
 * What may be kept of the answers of a source: a port beside `SeriesSource`, for whoever remembers answers. A source that
 * cannot say says nothing, and its answers are computed each time.
 */
import type { SelectRequest } from './series.js';

/** What a source holds of what a request looks at. */
export interface Standing {
  /** Another text as soon as anything that was closed may look different. */
  readonly version: string;
  /** Time of the oldest sample that it can still give, milliseconds; what lies before may be incomplete. */
  readonly fromMs: number;
  /** No sample at or before this time will appear, change or go under this version. */
  readonly closedMs: number;
}

/** A source that says what lasts. */
export interface LastingSource {
  /** Undefined while nothing does. */
  standing(request: SelectRequest): Standing | undefined;
}
