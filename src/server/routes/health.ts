/**
 * The state of nodes and chain, as a document. Always 200, whatever it says: whoever wants a status code asks for
 * one with `?fail=1`. Probes about this process are elsewhere.
 */
import type { Handlers } from '../handlers.js';
import {
  jsonReply,
  textReply,
  type DocumentedParameter,
  type Reply,
  type Route,
  type RouteRequest,
} from '../route.js';

/** Where the whole report is. */
export const HEALTH_PATH = '/health';

const text = { type: 'string' } as const;
const maybe = { type: ['string', 'null'] } as const;
const time = { type: 'integer', description: 'Microseconds since the Unix epoch.' } as const;
const state = { enum: ['no_data', 'healthy', 'warning', 'critical', 'failing'] } as const;
const scope = { enum: ['self', 'peer', 'network', 'unknown', null] } as const;

const object = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  type: 'object',
  properties,
});
const list = (items: unknown): Readonly<Record<string, unknown>> => ({ type: 'array', items });

const issue = object({
  check: { ...text, description: 'Which check found it; docs/HEALTH.md lists them.' },
  component: text,
  state: { enum: ['warning', 'critical', 'failing'] },
  scope: { enum: ['self', 'peer', 'network', 'unknown'] },
  chain: maybe,
  node: maybe,
  about: { ...maybe, description: 'A validator, a queue, a contract.' },
  reason: text,
  remedy: text,
  value: { type: 'number' },
  threshold: { type: 'number' },
  since_us: time,
  runbook_url: text,
});
const whole = {
  state,
  scope: { ...scope, description: 'Whom the worst is about; null where nothing is wrong.' },
  summary: { ...text, description: 'Says first whether it is you, a peer or the network.' },
  since_us: time,
  evaluated_at_us: time,
};
const component = object({
  component: text,
  ...whole,
  issues: list(issue),
  checks: {
    ...object({ measured: { type: 'integer' }, of: { type: 'integer' } }),
    description: 'How many checks could be made.',
  },
});
const report = object({
  ...whole,
  nodes: list(
    object({ chain: text, node: text, phase: { enum: ['running', 'starting', 'syncing', 'gone'] } }),
  ),
  components: { type: 'object', description: 'By name.', additionalProperties: component },
  issues: list(issue),
});

const fail: DocumentedParameter = {
  name: 'fail',
  in: 'query',
  doc: '`1`: answer 503 unless the state is `healthy` or `warning`. `no_data` fails too: what is not known cannot be vouched for.',
  schema: { enum: ['0', '1'] },
};
const json = ['application/json'];

/** `/health` and `/health/{component}`. */
export function healthRoutes({ health }: Handlers): Route[] {
  if (health === undefined) return [];
  const failing = {
    status: 503,
    doc: 'With `fail=1`: the same document, and it is not well.',
    contentTypes: json,
  };
  return [
    {
      method: 'GET',
      path: HEALTH_PATH,
      summary: 'How nodes and chain are',
      doc: 'One state, whom it is about (`self`, `peer`, `network`), and every issue with its reason and what to do. Always 200, the state being in the body. `no_data` is a state of its own; a node that has just started or is catching up is not failing.',
      parameters: [fail],
      replies: [{ status: 200, doc: 'The report.', contentTypes: json, schema: report }, failing],
      handle: (request) => answer(health.report(), request),
    },
    {
      method: 'GET',
      path: `${HEALTH_PATH}/{component}`,
      summary: 'How one component is',
      doc: 'The same of `consensus`, `network`, `storage`, `state`, `mempool`, `execution`, `process` or `sidecar`.',
      parameters: [{ name: 'component', in: 'path', doc: 'Its name.', schema: { type: 'string' } }, fail],
      replies: [
        { status: 200, doc: 'Its part of the report.', contentTypes: json, schema: component },
        { status: 404, doc: 'There is no component of that name.', contentTypes: ['text/plain'] },
        failing,
      ],
      handle: (request) => {
        const document = health.component(request.parameter('component'));
        return document === undefined
          ? textReply(404, `there is no such component; there are ${health.components().join(', ')}`)
          : answer(document, request);
      },
    },
  ];
}

function answer(document: { readonly state: string }, { query }: RouteRequest): Reply {
  const isWell = document.state === 'healthy' || document.state === 'warning';
  return jsonReply(query.get('fail') === '1' && !isWell ? 503 : 200, document);
}
