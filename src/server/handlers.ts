/**
 * What the server needs of the rest of the house: ports that the composition root fills. A handler that is absent
 * takes its routes with it.
 */

/** A page of metrics. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A request of Prometheus's API. */
export interface PrometheusRequest {
  readonly endpoint:
    | 'query'
    | 'query_range'
    | 'series'
    | 'labels'
    | 'label_values'
    | 'metadata'
    | 'buildinfo'
    | 'format_query';
  /** Of the query and of the form together. */
  readonly parameters: URLSearchParams;
  /** The label whose values are wanted. */
  readonly label?: string;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** Where answers come from. */
export interface Handlers {
  /** Renders the page in the format that an `Accept` header asks for; absent when `prometheus.enabled` is false. */
  readonly metrics?: (accept: string | undefined) => MetricsPage | Promise<MetricsPage>;
  /** Lines to put before a text page as comments: nothing is attached, and what to do. Usually none. */
  readonly notices: () => readonly string[];
  /** Whether the sidecar has started and its doors are open. */
  readonly ready: () => boolean;
  /** Prometheus's API: status code and JSON; absent without history. */
  readonly prometheus?: (request: PrometheusRequest) => Promise<{ status: number; body: string }>;
  /** The body of the status document. */
  readonly status: () => unknown;
}
