/**
 * One error class for the house. `code` is stable and machine-readable (`<room>.<what>`), `kind` says
 * who must act, `details` holds the values a reader needs. Every code is listed in `errorCodes`
 * with its meaning; a code is never used again for another meaning.
 */

/** Who must act: the operator at start; nobody (count and go on); the retry queue; us. */
export type ErrorKind = 'configuration' | 'input' | 'delivery' | 'internal';

/** Every code that the house throws, with what it means to the person who reads it. */
export const errorCodes = {
  'config.invalid': 'The configuration has problems; all are listed, each with path, value and expectation.',
  'config.unreadable': 'A configuration or secret file cannot be read or is not YAML.',
  'metrics.definition':
    'A metric is declared twice differently, or its name, labels or buckets are not valid.',
  'dashboards.unknown_metric': 'A dashboard asks for a metric that the catalogue does not have.',
  'dashboards.unknown_label': 'A dashboard groups a metric by a label that it does not have.',
  'dashboards.custom':
    'A dashboard of the configuration names a row, a template or a query that does not hold.',
  'dashboards.refused': 'Grafana refused a dashboard or folder, or something else stands in its place.',
  'dashboards.unreachable': 'Grafana did not answer, or not as Grafana does.',
  'metrics.recording': 'A custom metric was recorded with a kind or label set that it was not declared with.',
  'events.encoding': 'An event was stated with a value that its schema does not allow; it is not written.',
  'alerts.rules': 'Rule files have problems; all are listed, each with file, line, column and expectation.',
  'alerts.embedded': 'A condition, handler or alert of an embedder cannot be taken.',
  'attach.hooks': 'The options of createHooks cannot be stated in a hello, or are out of range.',
  'attach.address': 'An attachment address is not unix:///path or tcp://127.0.0.1:port.',
  'attach.listen': 'The event socket or the OTLP door cannot be opened.',
  'attach.mapping':
    'A mapping of scraped names or for OTLP is not there, or has problems; all are listed, each with its place.',
  'attach.file': 'An event file cannot be opened.',
  'attach.adapter': 'A log adapter is not there, or has problems; all are listed, each with its place.',
  'journal.locked': 'Another process writes the folder of a journal.',
  'journal.unusable': 'The folder of a journal cannot be made, read or mended.',
  'history.rules': 'The selector of a rule on what history is kept cannot be read.',
  'history.folder': 'A folder to read history from holds none, or cannot be read.',
  'export.aborted': 'An export was broken off because nobody takes it any more, or the sidecar stops.',
  'report.write': 'A report or the result of checks cannot be written to its file.',
  'server.listen': 'The HTTP address cannot be opened.',
  'simulator.options': 'A simulation or a fault cannot be set up as asked; all problems are listed.',
  'simulator.scenario':
    'A scenario is not there, or has problems; all are listed, each with line and column.',
  'simulator.trace':
    'A trace of transactions is not there, too large, or has problems; all are listed by line.',
  'promql.bad_data': 'The text is no PromQL query, or a parameter of the request is out of range.',
  'promql.execution': 'A PromQL query does not fit the data it found, or would pass a limit.',
  'promql.timeout': 'A PromQL query took longer than its timeout.',
  'promql.canceled': 'A PromQL query was given up by whoever asked it.',
  'analytics.request':
    'A question to the analytics cannot be asked: an empty range, a name that is none, a price that is no decimal.',
  'analytics.unknown':
    'A question to the analytics names a metric, or a label of it, that no series in the range has.',
  'testing.expectation':
    'A check of `quorumscope/testing` did not hold; the message says what was found and expected.',
  'base.invariant': 'Something that cannot be happened: a defect of ours.',
} as const satisfies Record<string, string>;

/** A code of `errorCodes`. */
export type ErrorCode = keyof typeof errorCodes;

/** The error class of the house. */
export class QuorumscopeError extends Error {
  override readonly name = 'QuorumscopeError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    kind: ErrorKind,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.details = options.details ?? {};
  }
}

/** Throws `base.invariant` unless `condition` holds. Contained at the room's edge, never at the node's. */
export function invariant(condition: boolean, what: string): asserts condition {
  if (!condition) throw new QuorumscopeError('base.invariant', 'internal', `invariant broken: ${what}`);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
