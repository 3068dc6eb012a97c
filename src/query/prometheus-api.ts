/**
 * Prometheus's HTTP API over one source of series, without HTTP: parameters in, status code and JSON out. Whoever
 * knows Prometheus (Grafana, promtool, people) finds the same names, messages and codes.
 *
 * Never rejects: what goes wrong is an answer. Queries run within the engine's limits, a bounded number at a time.
 */
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { Budget, type QueryLimits } from '../promql/budget.js';
import { compile, PromqlEngine, type CompiledQuery, type QueryOutcome } from '../promql/engine.js';
import { prettyQuery } from '../promql/format.js';
import type { ExemplarSource } from '../promql/exemplars.js';
import { compareLabels, compareStrings, type Labels } from '../promql/labels.js';
import { parse } from '../promql/parse.js';
import { errorTypeOf } from '../promql/problem.js';
import type { SelectRequest, SeriesSource } from '../promql/series.js';
import type { LastingSource } from '../promql/standing.js';
import { ApiProblem, badParameter, statusOf } from './api-problem.js';
import { exemplarsOf } from './exemplars.js';
import { Gate } from './gate.js';
import { durationOf, expressionOf, limitOf, requiredTimeOf, selectorsOf, timeOf } from './parameters.js';
import { RepeatedRanges, type RepeatedRangesMeter } from './repeated-ranges.js';
import { renderError, renderLabels, renderSuccess, renderValue, seriesIn } from './render.js';

/** What can be asked. */
export type ApiEndpoint =
  | 'query'
  | 'query_range'
  | 'query_exemplars'
  | 'series'
  | 'labels'
  | 'label_values'
  | 'metadata'
  | 'buildinfo'
  | 'format_query';

/** One request. */
export interface ApiRequest {
  readonly endpoint: ApiEndpoint;
  /** Of the address and of the form together. */
  readonly parameters: URLSearchParams;
  /** The label whose values are wanted. */
  readonly label?: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** One answer; the body is JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
}

/** Finds label sets without samples; each once. */
export interface LabelSetSource {
  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]>;
}

/** What is known of a metric by its name. */
export interface MetricMetadata {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** What the API is made of. */
export interface PrometheusApiOptions {
  readonly source: SeriesSource & LabelSetSource;
  readonly metadata: () => Iterable<MetricMetadata>;
  /** Without one there are no exemplars. */
  readonly exemplars?: ExemplarSource | undefined;
  /** The clock that the data follows: what "now" is. */
  readonly dataClock: Pick<Clock, 'nowUs'>;
  /** The machine's clock: deadlines. */
  readonly wallClock: Clock;
  readonly limits: QueryLimits;
  readonly lookbackMs: number;
  /** Queries that run at the same time, and that wait. */
  readonly concurrency: number;
  readonly queue: number;
  readonly version: string;
  /** Keeps answers of range queries; without it all are computed. */
  readonly kept?: KeptRanges | undefined;
}

/** What is kept of the answers to range queries. */
export interface KeptRanges {
  /** What the source says of itself. */
  readonly source: LastingSource;
  readonly maxBytes: number;
  readonly meter: RepeatedRangesMeter;
}

/** The Prometheus whose API and language are answered; clients choose their requests by it. */
const COMPATIBLE_VERSION = '3.5.0';
/** What Prometheus says to a query for exemplars that selects nothing. */
const NO_CONTENT = 204;
const MAX_POINTS = 11_000;
const TRUNCATED = 'results truncated due to limit';
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Answers requests. */
export class PrometheusApi {
  readonly #options: PrometheusApiOptions;
  readonly #engine: PromqlEngine;
  readonly #repeated: RepeatedRanges | undefined;
  readonly #gate: Gate;

  constructor(options: PrometheusApiOptions) {
    const { source, wallClock, limits, lookbackMs, concurrency, queue, kept } = options;
    this.#options = options;
    this.#engine = new PromqlEngine({ source, clock: wallClock, limits, semantics: { lookbackMs } });
    const { maxSteps, timeoutMs } = limits;
    const about = { engine: this.#engine, clock: wallClock, maxSteps, timeoutMs };
    this.#repeated = kept && new RepeatedRanges({ ...kept, ...about });
    this.#gate = new Gate({ running: concurrency, waiting: queue, clock: wallClock });
  }

  /** The answer. Never rejects. */
  async answer(request: ApiRequest): Promise<ApiAnswer> {
    try {
      const body = await this.#answer(request);
      return { status: body === '' ? NO_CONTENT : 200, body };
    } catch (error) {
      const type = error instanceof ApiProblem ? error.type : errorTypeOf(error);
      return { status: statusOf(type), body: renderError(type, messageOf(error)) };
    }
  }

  #answer({ endpoint, parameters, label = '', signal }: ApiRequest): string | Promise<string> {
    switch (endpoint) {
      case 'query':
        return this.#instant(parameters, signal);
      case 'query_range':
        return this.#range(parameters, signal);
      case 'query_exemplars':
        return this.#exemplars(parameters, signal);
      case 'series':
        return this.#series(parameters, signal);
      case 'labels':
        return this.#strings(parameters, signal, ({ names }) => names);
      case 'label_values':
        if (!LABEL_NAME.test(label))
          throw new ApiProblem('bad_data', `invalid label name: ${JSON.stringify(label)}`);
        return this.#strings(parameters, signal, (labels) => [labels.get(label)]);
      case 'metadata':
        return this.#metadata(parameters);
      case 'buildinfo':
        return this.#buildInfo();
      case 'format_query':
        return renderSuccess(JSON.stringify(formatted(parameters)));
    }
  }

  async #instant(parameters: URLSearchParams, signal: AbortSignal): Promise<string> {
    const timeMs = timeOf(parameters, 'time', this.#nowMs());
    const limit = limitOf(parameters);
    const query = queryOf(parameters);
    return this.#ask(parameters, signal, limit, (options) => this.#engine.instant(query, timeMs, options));
  }

  async #range(parameters: URLSearchParams, signal: AbortSignal): Promise<string> {
    const startMs = requiredTimeOf(parameters, 'start');
    const endMs = requiredTimeOf(parameters, 'end');
    if (endMs < startMs) throw badParameter('end', 'end timestamp must not be before start time');
    const stepMs = durationOf(parameters, 'step');
    if (stepMs === undefined) throw badParameter('step', 'cannot parse "" to a valid duration');
    if (stepMs < 1)
      throw badParameter(
        'step',
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    if ((endMs - startMs) / stepMs > MAX_POINTS)
      throw new ApiProblem(
        'bad_data',
        'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      );
    const limit = limitOf(parameters);
    const query = queryOf(parameters);
    const asked = { startMs, endMs, stepMs: Math.round(stepMs) };
    return this.#ask(
      parameters,
      signal,
      limit,
      (options) =>
        this.#repeated?.range(query, asked, options) ??
        this.#engine.range(query, startMs, endMs, asked.stepMs, options),
    );
  }

  async #ask(
    parameters: URLSearchParams,
    signal: AbortSignal,
    limit: number,
    ask: (options: { signal: AbortSignal; limits: Partial<QueryLimits> }) => Promise<QueryOutcome>,
  ): Promise<string> {
    if (parameters.has('lookback_delta'))
      throw badParameter('lookback_delta', 'set in the configuration here, not with a query');
    const ownMs = this.#options.limits.timeoutMs;
    const timeoutMs = Math.min(durationOf(parameters, 'timeout') ?? ownMs, ownMs);
    const outcome = await this.#gate.run(() => ask({ signal, limits: { timeoutMs } }), timeoutMs, signal);
    if (outcome.status === 'error') throw new ApiProblem(outcome.errorType, outcome.error);
    const { value, warnings, infos } = outcome;
    const remarks = seriesIn(value) > limit ? [...warnings, TRUNCATED] : warnings;
    const data = await renderValue(value, limit, () => signal.aborted);
    return renderSuccess(data, { warnings: remarks, infos });
  }

  async #exemplars(parameters: URLSearchParams, signal: AbortSignal): Promise<string> {
    const { exemplars, limits, wallClock } = this.#options;
    const data = await exemplarsOf(parameters, exemplars, new Budget(limits, wallClock, signal));
    return data === undefined ? '' : renderSuccess(data);
  }

  async #series(parameters: URLSearchParams, signal: AbortSignal): Promise<string> {
    const limit = limitOf(parameters);
    const found = await this.#labelSets(parameters, signal, true);
    found.sort(compareLabels);
    return renderList(found, limit, renderLabels);
  }

  async #strings(
    parameters: URLSearchParams,
    signal: AbortSignal,
    stringsOf: (labels: Labels) => readonly string[],
  ): Promise<string> {
    const limit = limitOf(parameters);
    const found = await this.#labelSets(parameters, signal, false);
    const strings = new Set(found.flatMap(stringsOf));
    strings.delete('');
    return renderList([...strings].sort(compareStrings), limit, (text) => JSON.stringify(text));
  }

  /** The label sets that pass one of the selectors, within the time asked for. */
  async #labelSets(parameters: URLSearchParams, signal: AbortSignal, isRequired: boolean): Promise<Labels[]> {
    const fromMs = timeOf(parameters, 'start', -Infinity);
    const toMs = timeOf(parameters, 'end', Infinity);
    if (toMs < fromMs) throw badParameter('end', 'end timestamp must not be before start time');
    const selectors = selectorsOf(parameters, isRequired);
    const { source, limits, wallClock } = this.#options;
    const budget = new Budget(limits, wallClock, signal);
    const found = new Set<Labels>();
    for (const selector of selectors.length === 0 ? [[]] : selectors) {
      const matchers = selector.map((matcher) => matcher.guarded((test) => budget.measureMatching(test)));
      for (const labels of await source.labelSets({ matchers, fromMs, toMs })) found.add(labels);
      budget.check();
    }
    return [...found];
  }

  #metadata(parameters: URLSearchParams): string {
    const limit = limitOf(parameters);
    const metric = parameters.get('metric') ?? '';
    const entries: string[] = [];
    for (const { name, ...about } of this.#options.metadata()) {
      if (entries.length >= limit) break;
      if (metric === '' || metric === name)
        entries.push(`${JSON.stringify(name)}:[${JSON.stringify(about, ['type', 'help', 'unit'])}]`);
    }
    return renderSuccess(`{${entries.join(',')}}`);
  }

  #buildInfo(): string {
    const info = {
      version: COMPATIBLE_VERSION,
      revision: '',
      branch: '',
      buildUser: `quorumscope ${this.#options.version}`,
      buildDate: '',
      goVersion: '',
    };
    return renderSuccess(JSON.stringify(info));
  }

  #nowMs(): number {
    return Math.floor(this.#options.dataClock.nowUs() / 1000);
  }
}

function queryOf(parameters: URLSearchParams): CompiledQuery {
  return expressionOf(parameters, compile);
}

function formatted(parameters: URLSearchParams): string {
  return expressionOf(parameters, (text) => prettyQuery(parse(text)));
}

function renderList<T>(items: readonly T[], limit: number, render: (item: T) => string): string {
  const isCut = items.length > limit;
  const shown = (isCut ? items.slice(0, limit) : items).map(render);
  return renderSuccess(`[${shown.join(',')}]`, isCut ? { warnings: [TRUNCATED] } : {});
}
