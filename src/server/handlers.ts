/**
 * What the server needs of the rest of the house: ports that the composition root fills. A handler that is absent
 * takes its routes with it.
 */

/** A page of metrics. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** A document, what is wrong with the question, or that there is nothing of the kind. */
export type Answer =
  { readonly document: unknown } | { readonly problems: readonly string[] } | { readonly absent: string };

/** Names and values of a query. */
export type Parameters = Iterable<readonly [string, string]>;

/** Answers about consensus. */
export interface ConsensusHandlers {
  views(parameters: Parameters): Answer | Promise<Answer>;
  view(view: string, parameters: Parameters): Answer | Promise<Answer>;
  validators(parameters: Parameters): Answer;
  verdicts(parameters: Parameters): Answer | Promise<Answer>;
  evidence(parameters: Parameters): Answer;
  finding(id: string): Answer;
}

/** Answers about incidents on disk. */
export interface IncidentHandlers {
  list(): Promise<unknown>;
  get(id: string): Promise<unknown>;
  /** The raw lines, gzipped; undefined when there is no such incident. */
  events(id: string): Promise<Uint8Array | undefined>;
}

/** A request of Prometheus's API. */
export interface PrometheusRequest {
  readonly endpoint:
    | 'query'
    | 'query_range'
    | 'query_exemplars'
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

/** Which events a client wants. Globs; of an empty list everything passes. */
export interface EventsRequest {
  readonly types: readonly string[];
  readonly chains: readonly string[];
  /** Conclusions are of no node: with one named they do not pass. */
  readonly nodes: readonly string[];
  /** Where it stopped before. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client has gone, or must go. */
  readonly signal: AbortSignal;
}

/** A document that comes piece by piece. */
export interface StreamedPage {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A request of Alertmanager's API, or of ours beside it. */
export interface NotificationRequest {
  readonly endpoint:
    | 'status'
    | 'receivers'
    | 'alerts'
    | 'post_alerts'
    | 'groups'
    | 'silences'
    | 'post_silence'
    | 'silence'
    | 'delete_silence'
    | 'acknowledgements'
    | 'acknowledge';
  readonly query: URLSearchParams;
  /** Of the silence. */
  readonly id?: string;
  /** The text of a JSON document. */
  readonly body: string;
}

/** Status code and JSON; undefined is no body. */
export interface JsonAnswer {
  readonly status: number;
  readonly document?: unknown;
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
  /** Snapshots as documents. */
  readonly exports?: {
    /** Names of formats. */
    readonly formats: () => readonly string[];
    /** The metrics whose names match one of the globs, or all; undefined when there is no such format. */
    readonly render: (format: string, match: readonly string[]) => Promise<MetricsPage | undefined>;
    /** What was, where history is kept. */
    readonly range?: {
      readonly formats: readonly string[];
      /** Of `format`, `match`, `from` and `to`; or what is wrong with them. */
      readonly render: (
        parameters: URLSearchParams,
        signal: AbortSignal,
      ) => Promise<StreamedPage | { readonly problems: readonly string[] }>;
    };
  };
  /** Events as Server-Sent Events; undefined when there are too many clients. */
  readonly events?: (request: EventsRequest) => AsyncIterable<Uint8Array> | undefined;
  /** What is pushed. */
  readonly exporters?: {
    readonly list: () => readonly { readonly name: string }[];
    readonly pause: (name: string) => void;
    readonly resume: (name: string) => void;
    /** What the receiver answered. */
    readonly test: (name: string) => Promise<unknown>;
  };
  /** Alertmanager's API; absent where nothing is routed here. */
  readonly notifications?: (request: NotificationRequest) => JsonAnswer | Promise<JsonAnswer>;
  /** How nodes and chain are; absent when `health.enabled` is false. */
  readonly health?: {
    readonly report: () => { readonly state: string };
    /** Undefined when there is no such component. */
    readonly component: (name: string) => { readonly state: string } | undefined;
    readonly components: () => readonly string[];
  };
  readonly consensus: ConsensusHandlers;
  readonly incidents: IncidentHandlers;
  /** Rules and alerts in Prometheus's form; absent where no rules are evaluated. */
  readonly rules?: {
    readonly rules: (parameters: URLSearchParams) => { readonly status: number; readonly body: string };
    readonly alerts: () => { readonly status: number; readonly body: string };
  };
  /** Reads files of rules anew. Resolves with what is wrong, when the old ones stay. */
  readonly reload?: () => Promise<string | undefined>;
}
