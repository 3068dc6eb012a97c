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

const text = { type: 'string' } as const;
const inQuery = (name: string, doc: string): DocumentedParameter => ({
  name,
  in: 'query',
  doc,
  schema: text,
});
const required = (parameter: DocumentedParameter): DocumentedParameter => ({
  ...parameter,
  isRequired: true,
});

const query = required(inQuery('query', 'PromQL.'));
const timeout = inQuery('timeout', 'How long it may take; never longer than `query.timeout`.');
const limit = inQuery('limit', 'Most results; 0 for all.');
const match: DocumentedParameter = {
  ...inQuery('match[]', 'A selector; a series counts when it passes one of them.'),
  schema: { type: 'array', items: text },
};
const span = [
  inQuery('start', 'From when on, Unix seconds or RFC 3339.'),
  inQuery('end', 'Until when, Unix seconds or RFC 3339.'),
] as const;

const endpoints: readonly Declared[] = [
  {
    endpoint: 'query',
    path: '/api/v1/query',
    summary: 'PromQL at one time',
    doc: 'Answers as a Prometheus that scrapes this sidecar every second would.',
    parameters: [query, inQuery('time', 'Unix seconds or RFC 3339; else now.'), timeout, limit],
    post: true,
  },
  {
    endpoint: 'query_range',
    path: '/api/v1/query_range',
    summary: 'PromQL over a range of time',
    doc: 'At most 11,000 steps.',
    parameters: [
      query,
      ...span.map(required),
      required(inQuery('step', 'Seconds, or a duration such as 15s.')),
      timeout,
      limit,
    ],
    post: true,
  },
  {
    endpoint: 'query_exemplars',
    path: '/api/v1/query_exemplars',
    summary: 'Which traces stand behind numbers',
    doc: 'The exemplars of the last minutes: for every series that a selector of the query passes, observations with the ids of their trace. Empty without tracing.',
    parameters: [query, ...span],
    post: true,
  },
  {
    endpoint: 'series',
    path: '/api/v1/series',
    summary: 'Which series there are',
    doc: 'The labels of every series that passes a selector.',
    parameters: [required(match), ...span, limit],
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
    parameters: [{ name: 'name', in: 'path', doc: 'The label.', schema: text }, match, ...span, limit],
  },
  {
    endpoint: 'metadata',
    path: '/api/v1/metadata',
    summary: 'What metrics mean',
    doc: 'Type, help and unit of every metric that has series.',
    parameters: [inQuery('metric', 'Only this one.'), limit],
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

const selectsNothing: DocumentedReply = {
  status: 204,
  doc: 'The query has no selector.',
  contentTypes: json,
};

function repliesOf(endpoint: Declared['endpoint']): readonly DocumentedReply[] {
  if (endpoint === 'buildinfo') return [answered];
  return endpoint === 'query_exemplars' ? [answered, selectsNothing, ...refused] : [answered, ...refused];
}

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
      replies: repliesOf(endpoint),
      handle: async ({ query: asked, form, parameter, signal }) => {
        const label = parameter('name');
        const { status, body } = await prometheus({
          endpoint,
          parameters: new URLSearchParams([...form, ...asked]),
          ...(label === '' ? {} : { label }),
          signal,
        });
        return { status, contentType: 'application/json', body };
      },
    };
    return post ? [get, { ...get, method: 'POST', takesForm: true }] : [get];
  });
}
