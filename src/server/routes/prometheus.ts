/**
 * Prometheus's HTTP API, so that what speaks to a Prometheus (Grafana, promtool, scripts) speaks to the sidecar. Only
 * the ways in are here; answers come from the handler.
 */
import type { Handlers, PrometheusRequest } from '../handlers.js';
import type { DocumentedParameter, DocumentedReply, Route } from '../route.js';

type Endpoint = PrometheusRequest['endpoint'];

/** One endpoint as data. */
interface Declared {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly summary: string;
  readonly doc: string;
  readonly parameters?: readonly DocumentedParameter[];
  /** Also as a form. */
  readonly post?: boolean;
}

const query = { name: 'query', doc: 'PromQL.', isRequired: true } as const;
const timeout = { name: 'timeout', doc: 'How long it may take; never longer than `query.timeout`.' } as const;
const limit = { name: 'limit', doc: 'Most results; 0 for all.' } as const;
const match = {
  name: 'match[]',
  doc: 'A selector; a series counts when it passes one of them.',
  isRepeated: true,
} as const;
const span = [
  { name: 'start', doc: 'From when on, Unix seconds or RFC 3339.' },
  { name: 'end', doc: 'Until when, Unix seconds or RFC 3339.' },
] as const;

const endpoints: readonly Declared[] = [
  {
    endpoint: 'query',
    path: '/api/v1/query',
    summary: 'PromQL at one time',
    doc: 'Answers as a Prometheus that scrapes this sidecar every second would.',
    parameters: [query, { name: 'time', doc: 'Unix seconds or RFC 3339; else now.' }, timeout, limit],
    post: true,
  },
  {
    endpoint: 'query_range',
    path: '/api/v1/query_range',
    summary: 'PromQL over a range of time',
    doc: 'At most 11,000 steps.',
    parameters: [
      query,
      ...span.map((one) => ({ ...one, isRequired: true })),
      { name: 'step', doc: 'Seconds, or a duration such as 15s.', isRequired: true },
      timeout,
      limit,
    ],
    post: true,
  },
  {
    endpoint: 'series',
    path: '/api/v1/series',
    summary: 'Which series there are',
    doc: 'The labels of every series that passes a selector.',
    parameters: [{ ...match, isRequired: true }, ...span, limit],
    post: true,
  },
  {
    endpoint: 'labels',
    path: '/api/v1/labels',
    summary: 'Which label names there are',
    doc: 'Sorted.',
    parameters: [match, ...span, limit],
    post: true,
  },
  {
    endpoint: 'label_values',
    path: '/api/v1/label/{name}/values',
    summary: 'Which values a label has',
    doc: 'Sorted; `__name__` gives the names of metrics.',
    parameters: [match, ...span, limit],
  },
  {
    endpoint: 'metadata',
    path: '/api/v1/metadata',
    summary: 'What metrics mean',
    doc: 'Type, help and unit of every metric that has series.',
    parameters: [{ name: 'metric', doc: 'Only this one.' }, limit],
  },
  {
    endpoint: 'format_query',
    path: '/api/v1/format_query',
    summary: 'PromQL, indented',
    doc: 'The query as Prometheus would format it.',
    parameters: [query],
    post: true,
  },
  {
    endpoint: 'buildinfo',
    path: '/api/v1/status/buildinfo',
    summary: 'Which Prometheus this answers as',
    doc: '`version` is the version of Prometheus whose API and language are answered, because clients choose their requests by it; `buildUser` says who really answers.',
  },
];

const json = ['application/json'] as const;
const answered: DocumentedReply = {
  status: 200,
  doc: "Prometheus's envelope: `status`, `data`, and `warnings` and `infos` where there are any.",
  contentTypes: json,
};
const refused: readonly DocumentedReply[] = [
  { status: 400, doc: 'A parameter does not hold: `bad_data`.', contentTypes: json },
  {
    status: 422,
    doc: 'The query does not fit the data, or passes a limit: `execution`.',
    contentTypes: json,
  },
  {
    status: 503,
    doc: 'It took too long, or too many queries wait: `timeout`, `unavailable`.',
    contentTypes: json,
  },
];

/** The routes of the API; none without history. */
export function prometheusRoutes({ prometheus }: Handlers): Route[] {
  if (!prometheus) return [];
  return endpoints.flatMap(({ endpoint, path, summary, doc, parameters, post }) => {
    const get: Route = {
      method: 'GET',
      path,
      summary,
      doc,
      ...(parameters ? { parameters } : {}),
      replies: endpoint === 'buildinfo' ? [answered] : [answered, ...refused],
      handle: async ({ query: asked, form, segments, signal }) => {
        const { name } = segments;
        const { status, body } = await prometheus({
          endpoint,
          parameters: new URLSearchParams([...form, ...asked]),
          ...(name === undefined ? {} : { label: name }),
          signal,
        });
        return { status, contentType: 'application/json', body };
      },
    };
    return post ? [get, { ...get, method: 'POST', takesForm: true }] : [get];
  });
}
