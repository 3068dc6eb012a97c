/**
 * What the server needs of the rest of the house: ports that the composition root fills. A handler that is absent
 * takes its routes with it.
 */

/** A page of metrics. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Where answers come from. */
export interface Handlers {
  /** Renders the page in the format that an `Accept` header asks for; absent when `prometheus.enabled` is false. */
  readonly metrics?: (accept: string | undefined) => MetricsPage | Promise<MetricsPage>;
  /** Lines to put before a text page as comments: nothing is attached, and what to do. Usually none. */
  readonly notices: () => readonly string[];
  /** Whether the sidecar has started and its doors are open. */
  readonly ready: () => boolean;
  /** The body of the status document. */
  readonly status: () => unknown;
  /** Snapshots as documents. */
  readonly exports?: {
    /** Names of formats. */
    readonly formats: () => readonly string[];
    /** The metrics whose names match one of the globs, or all; undefined when there is no such format. */
    readonly render: (format: string, match: readonly string[]) => Promise<MetricsPage | undefined>;
  };
  /** What is pushed. */
  readonly exporters?: {
    readonly list: () => readonly { readonly name: string }[];
    readonly pause: (name: string) => void;
    readonly resume: (name: string) => void;
    /** What the receiver answered. */
    readonly test: (name: string) => Promise<unknown>;
  };
}
