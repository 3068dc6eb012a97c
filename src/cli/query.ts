/**
 * `quorumscope query`: asks a running sidecar, any Prometheus, or the history in a data folder, at one time or over a
 * range. Exit 1 when it cannot answer, 2 when the query is none.
 */
import { messageOf } from '../base/errors.js';
import { formatListenAddress } from '../config/address.js';
import { parseConfig } from '../config/parse.js';
import { defaultLimits } from '../promql/budget.js';
import { PrometheusApi } from '../query/prometheus-api.js';
import { VERSION } from '../version.js';
import type { CliContext, ExitCode } from './context.js';
import { openHistory } from './history-folder.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { queryParameters, type TimeParameters } from './query-times.js';
import { isQueryFormat, queryFormats, renderAnswer, type QueryData, type QueryFormat } from './query-view.js';

/** Words of the command line. */
export interface QueryOptions extends ConfigOptions {
  readonly url?: string;
  readonly data?: string;
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
  readonly format?: string;
}

/** What comes back. */
interface Answer {
  readonly status: 'success' | 'error';
  readonly data?: QueryData;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** Longer than any timeout of a query that makes sense at a terminal. */
const TIMEOUT_MS = 130_000;

export async function query(promql: string, options: QueryOptions, context: CliContext): Promise<ExitCode> {
  const { format = 'table' } = options;
  if (!isQueryFormat(format)) return refused(context, `--format is one of ${queryFormats.join(', ')}`);
  const asked = queryParameters(options, context.clock.nowUs());
  if (typeof asked === 'string') return refused(context, asked);
  if (options.url !== undefined && options.data !== undefined)
    return refused(context, '--url asks a server, --data reads a folder: give one of them');
  if (options.data !== undefined) {
    const body = await askFolder(options.data, promql, asked, context);
    return show(JSON.parse(body) as Answer, format, context);
  }
  const base = options.url ?? `http://${formatListenAddress(loadConfig(options, context).server.listen)}`;
  const url = new URL(asked.isRange ? 'api/v1/query_range' : 'api/v1/query', `${base.replace(/\/$/, '')}/`);
  const body = new URLSearchParams({ query: promql, ...asked.parameters });
  let answer: Answer;
  try {
    answer = await ask(url, body, context.stop);
  } catch (error) {
    context.stderr.write(`no answer from ${base}: ${reasonOf(error)}\n`);
    return 1;
  }
  return show(answer, format, context);
}

function show(answer: Answer, format: QueryFormat, context: CliContext): ExitCode {
  for (const remark of [...(answer.warnings ?? []), ...(answer.infos ?? [])])
    context.stderr.write(`${remark}\n`);
  if (!answer.data) {
    context.stderr.write(`${answer.error ?? 'the query failed'}\n`);
    return answer.errorType === 'bad_data' ? 2 : 1;
  }
  context.stdout.write(`${renderAnswer(answer.data, format)}\n`);
  return 0;
}

function refused(context: CliContext, problem: string): ExitCode {
  context.stderr.write(`quorumscope: ${problem}\n`);
  return 2;
}

/** The answer of a folder in the form of the API. @throws QuorumscopeError `history.folder` */
async function askFolder(
  folder: string,
  promql: string,
  { isRange, parameters }: TimeParameters,
  context: CliContext,
): Promise<string> {
  const { query: bounds } = parseConfig();
  const { clock, stop } = context;
  const api = new PrometheusApi({
    source: openHistory(folder, context),
    metadata: () => [],
    dataClock: clock,
    wallClock: clock,
    limits: { ...defaultLimits, maxSamples: bounds.maxSamples, timeoutMs: TIMEOUT_MS },
    lookbackMs: bounds.lookbackUs / 1000,
    concurrency: 1,
    queue: 0,
    version: VERSION,
  });
  const answer = await api.answer({
    endpoint: isRange ? 'query_range' : 'query',
    parameters: new URLSearchParams({ query: promql, ...parameters }),
    signal: stop,
  });
  return answer.body;
}

async function ask(url: URL, body: URLSearchParams, stop: AbortSignal): Promise<Answer> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(url, { method: 'POST', body, signal });
  const text = await response.text();
  if ((response.headers.get('content-type') ?? '').includes('application/json'))
    return JSON.parse(text) as Answer;
  if (response.status === 404)
    throw new Error('it keeps no history (profile exporter, or history.enabled false)');
  throw new Error(`it answered ${response.status} ${text.trim()}`);
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return (cause as { code?: string }).code === 'ECONNREFUSED' ? 'connection refused' : messageOf(cause);
}
