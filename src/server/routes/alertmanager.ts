/**
 * Alertmanager's API, version 2, so that amtool and Grafana work with the sidecar, and acknowledgements beside it, which
 * that API does not have. Errors are JSON, as Alertmanager's clients expect.
 */
import type { Handlers, NotificationRequest } from '../handlers.js';
import {
  jsonReply,
  type DocumentedParameter,
  type DocumentedReply,
  type Reply,
  type Route,
} from '../route.js';
import { API_PATH } from './consensus.js';
import { about, boolean, integer, list, object, string, type Shape } from './shapes.js';

const PATH = '/api/v2';
const time = about(string, 'RFC 3339');
const texts = { type: 'object', additionalProperties: string };

const silence = object({
  id: string,
  status: object({ state: { enum: ['pending', 'active', 'expired'] } }),
  matchers: list(object({ name: string, value: string, isRegex: boolean, isEqual: boolean })),
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  createdBy: string,
  comment: string,
});

const alert = object({
  labels: texts,
  annotations: texts,
  fingerprint: string,
  receivers: list(object({ name: string })),
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  generatorURL: string,
  status: object({
    state: { enum: ['active', 'suppressed', 'unprocessed'] },
    silencedBy: list(string),
    inhibitedBy: list(string),
  }),
});

const acknowledgement = object({ alert: string, by: string, comment: string, at_us: integer });

const filter: DocumentedParameter = {
  name: 'filter',
  in: 'query',
  doc: 'a matcher such as `severity="critical"`; may be repeated, all must hold',
  schema: list(string),
};
const states: readonly DocumentedParameter[] = [
  ...['active', 'silenced', 'inhibited'].map((name): DocumentedParameter => ({
    name,
    in: 'query',
    doc: `whether ${name} ones are told`,
    schema: boolean,
  })),
  filter,
  { name: 'receiver', in: 'query', doc: 'a pattern for the names of receivers', schema: string },
];
const id: readonly DocumentedParameter[] = [
  { name: 'id', in: 'path', doc: 'of the silence', schema: string, isRequired: true },
];

/** One route in the words of a table. */
interface Row {
  readonly method: Route['method'];
  readonly path: string;
  readonly endpoint: NotificationRequest['endpoint'];
  readonly summary: string;
  readonly doc: string;
  readonly schema?: Shape;
  readonly parameters?: readonly DocumentedParameter[];
  readonly refusals?: readonly (readonly [status: number, doc: string])[];
}

const wrong = [400, 'What is asked for or posted is malformed.'] as const;
const gone = [404, 'There is none.'] as const;

const rows: readonly Row[] = [
  {
    method: 'GET',
    path: `${PATH}/status`,
    endpoint: 'status',
    summary: "Alertmanager's status",
    doc: 'Version, uptime, and the routing configuration with its secrets hidden.',
    schema: object({
      versionInfo: object({}),
      cluster: object({}),
      config: object({ original: string }),
      uptime: time,
    }),
  },
  {
    method: 'GET',
    path: `${PATH}/receivers`,
    endpoint: 'receivers',
    summary: 'The receivers',
    doc: 'By name.',
    schema: list(object({ name: string })),
  },
  {
    method: 'GET',
    path: `${PATH}/alerts`,
    endpoint: 'alerts',
    summary: 'The alerts that fire',
    doc: 'With who is told of each, and why nobody is where that is so.',
    parameters: states,
    schema: list(alert),
    refusals: [wrong],
  },
  {
    method: 'POST',
    path: `${PATH}/alerts`,
    endpoint: 'post_alerts',
    summary: 'Takes alerts',
    doc: 'From Prometheus or anybody else who speaks to an Alertmanager. An alert without `endsAt` is over when it was not posted again for `resolve_timeout`.',
    refusals: [wrong],
  },
  {
    method: 'GET',
    path: `${PATH}/alerts/groups`,
    endpoint: 'groups',
    summary: 'The alerts by group',
    doc: 'As they are told together.',
    parameters: states,
    schema: list(object({ labels: texts, receiver: object({ name: string }), alerts: list(alert) })),
    refusals: [wrong],
  },
  {
    method: 'GET',
    path: `${PATH}/silences`,
    endpoint: 'silences',
    summary: 'The silences',
    doc: 'Also those that are over, for five days.',
    parameters: [filter],
    schema: list(silence),
    refusals: [wrong],
  },
  {
    method: 'POST',
    path: `${PATH}/silences`,
    endpoint: 'post_silence',
    summary: 'Makes or changes a silence',
    doc: 'It is on disk when this is answered.',
    schema: object({ silenceID: string }),
    refusals: [wrong, gone],
  },
  {
    method: 'GET',
    path: `${PATH}/silence/{id}`,
    endpoint: 'silence',
    summary: 'One silence',
    doc: 'By its id.',
    parameters: id,
    schema: silence,
    refusals: [gone],
  },
  {
    method: 'DELETE',
    path: `${PATH}/silence/{id}`,
    endpoint: 'delete_silence',
    summary: 'Ends a silence',
    doc: 'It stays in the list as expired.',
    parameters: id,
    refusals: [gone],
  },
  {
    method: 'GET',
    path: `${API_PATH}/acknowledgements`,
    endpoint: 'acknowledgements',
    summary: 'Who looks after which alert',
    doc: 'As long as the alert fires.',
    schema: list(acknowledgement),
  },
  {
    method: 'POST',
    path: `${API_PATH}/acknowledgements`,
    endpoint: 'acknowledge',
    summary: 'Says that somebody looks after an alert',
    doc: '`{"alert": FINGERPRINT, "by": WHO, "comment": TEXT}`. While it fires on it is not repeated and does not escalate; PagerDuty is told. It is on disk when this is answered.',
    schema: acknowledgement,
    refusals: [wrong, gone],
  },
];

/** `/api/v2` and acknowledgements. */
export function alertmanagerRoutes({ notifications }: Handlers): Route[] {
  if (notifications === undefined) return [];
  return rows.map(({ method, path, endpoint, summary, doc, schema, parameters, refusals = [] }) => ({
    method,
    path,
    summary,
    doc,
    ...(parameters === undefined ? {} : { parameters }),
    ...(method === 'POST' ? { takesJson: true } : {}),
    replies: [
      {
        status: 200,
        doc: 'Done.',
        contentTypes: ['application/json'],
        ...(schema === undefined ? {} : { schema }),
      },
      ...refusals.map(([status, doc]): DocumentedReply => ({
        status,
        doc,
        contentTypes: ['application/json'],
      })),
    ],
    handle: async ({ query, parameter, body }): Promise<Reply> => {
      const given = path.includes('{id}') ? { id: parameter('id') } : {};
      const { status, document } = await notifications({ endpoint, query, body, ...given });
      if (document !== undefined) return jsonReply(status, document);
      return { status, contentType: 'application/json', body: '' };
    },
  }));
}
