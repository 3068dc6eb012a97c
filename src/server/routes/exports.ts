/** Snapshots in the formats of the exporters, and the exporters themselves: list, pause, resume, test. */
import type { Handlers } from '../handlers.js';
import {
  jsonReply,
  textReply,
  type DocumentedParameter,
  type DocumentedReply,
  type Reply,
  type Route,
  type RouteRequest,
} from '../route.js';

const BASE = '/api/quorumscope/v1';
const integer = { type: 'integer' } as const;

const exporterSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    kind: { type: 'string' },
    interval_seconds: { type: ['number', 'null'], description: 'Null where events are sent as they happen.' },
    paused: { type: 'boolean' },
    failures: { ...integer, description: 'Failed attempts in a row.' },
    points: {
      type: 'object',
      description: 'produced = sent + dropped + queued + spooled.',
      properties: Object.fromEntries(
        ['produced', 'sent', 'dropped', 'queued', 'spooled'].map((name) => [name, integer]),
      ),
    },
  },
} as const;

const absent: DocumentedReply = {
  status: 404,
  doc: 'There is no exporter of that name.',
  contentTypes: ['text/plain'],
};

const named: DocumentedParameter = {
  name: 'name',
  in: 'path',
  doc: 'The exporter.',
  schema: { type: 'string' },
};

/** `/export` and `/exporters`; those without a handler are not there. */
export function exportRoutes({ exports, exporters }: Handlers): Route[] {
  return [...(exports ? [exportRoute(exports)] : []), ...(exporters ? exporterRoutes(exporters) : [])];
}

type Range = NonNullable<NonNullable<Handlers['exports']>['range']>;

function rangeParameters({ formats }: Range): readonly DocumentedParameter[] {
  const schema = { type: 'string', description: 'Unix seconds or RFC 3339' } as const;
  const forms = `Unix seconds or RFC 3339; a range comes as ${formats.join(', ')}.`;
  return [
    {
      name: 'from',
      in: 'query',
      doc: `Begin of a range; without it as far back as is kept. ${forms}`,
      schema,
    },
    { name: 'to', in: 'query', doc: 'End of a range; without it now.', schema },
  ];
}

function exportRoute({ formats, render, range }: NonNullable<Handlers['exports']>): Route {
  const listed = formats().join(', ');
  const ranged = range
    ? ' With `from` or `to` it is what was, not what is: every sample kept of that time, as a stream.'
    : '';
  return {
    method: 'GET',
    path: `${BASE}/export`,
    summary: 'All metrics as a document',
    doc: `A snapshot in the format that \`format\` names (${listed}; default json). \`match\`, which may be repeated, chooses metrics by name: \`*\` is any text, \`?\` one character.${ranged} docs/EXPORTS.md has the schemas.`,
    parameters: [
      {
        name: 'format',
        in: 'query',
        doc: 'The format.',
        schema: { type: 'string', enum: formats(), default: 'json' },
      },
      {
        name: 'match',
        in: 'query',
        doc: 'Globs of names; all metrics without one.',
        schema: { type: 'array', items: { type: 'string' } },
      },
      ...(range ? rangeParameters(range) : []),
    ],
    replies: [
      {
        status: 200,
        doc: 'The document.',
        contentTypes: [
          'application/json',
          'application/x-ndjson',
          'text/csv',
          'text/plain',
          'application/vnd.apache.parquet',
        ],
      },
      {
        status: 400,
        doc: 'There is no such format, or a time cannot be read.',
        contentTypes: ['text/plain'],
      },
    ],
    handle: async ({ query, signal }) => {
      if (query.has('from') || query.has('to')) return rangeReply(range, query, signal);
      const format = query.get('format') ?? 'json';
      const document = await render(format, query.getAll('match'));
      if (document === undefined) return textReply(400, `format is none of ${formats().join(', ')}`);
      const { contentType, body } = document;
      return { status: 200, contentType, body };
    },
  };
}

async function rangeReply(
  range: Range | undefined,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Reply> {
  if (range === undefined) return textReply(400, 'no history is kept here: ask without from and to');
  const page = await range.render(query, signal);
  if ('problems' in page) return textReply(400, page.problems.join('\n'));
  return { status: 200, ...page };
}

function exporterRoutes(exporters: NonNullable<Handlers['exporters']>): Route[] {
  const known = (name: string): Reply | undefined =>
    exporters.list().some((one) => one.name === name)
      ? undefined
      : textReply(404, 'there is no exporter of that name');
  const changed =
    (change: (name: string) => void) =>
    (request: RouteRequest): Reply => {
      const name = request.parameter('name');
      const refusal = known(name);
      if (refusal) return refusal;
      change(name);
      return jsonReply(
        200,
        exporters.list().find((one) => one.name === name),
      );
    };
  const one: DocumentedReply = {
    status: 200,
    doc: 'The exporter as it stands now.',
    contentTypes: ['application/json'],
    schema: exporterSchema,
  };
  return [
    {
      method: 'GET',
      path: `${BASE}/exporters`,
      summary: 'Where metrics are pushed',
      doc: 'Every exporter with its account in points: produced = sent + dropped + queued + spooled. Addresses and secrets are not told.',
      replies: [
        {
          status: 200,
          doc: 'The list.',
          contentTypes: ['application/json'],
          schema: { type: 'object', properties: { exporters: { type: 'array', items: exporterSchema } } },
        },
      ],
      handle: () => jsonReply(200, { exporters: exporters.list() }),
    },
    {
      method: 'POST',
      path: `${BASE}/exporters/{name}/pause`,
      summary: 'Pause an exporter',
      doc: 'No more snapshots and no more attempts; what waits goes on waiting. Lasts until it is resumed or the sidecar is restarted.',
      parameters: [named],
      replies: [one, absent],
      handle: changed((name) => exporters.pause(name)),
    },
    {
      method: 'POST',
      path: `${BASE}/exporters/{name}/resume`,
      summary: 'Resume an exporter',
      doc: 'Goes on at once, also when it was waiting to repeat a failed attempt.',
      parameters: [named],
      replies: [one, absent],
      handle: changed((name) => exporters.resume(name)),
    },
    testRoute(exporters, known),
  ];
}

/** Sends one snapshot to the receiver, and tells its answer. */
function testRoute(
  exporters: NonNullable<Handlers['exporters']>,
  known: (name: string) => Reply | undefined,
): Route {
  return {
    method: 'POST',
    path: `${BASE}/exporters/{name}/test`,
    summary: 'Test an exporter',
    doc: 'Sends one snapshot now, once and past its queue, and says what the receiver answered. Not part of its account.',
    parameters: [named],
    replies: [
      {
        status: 200,
        doc: 'What the receiver answered: `delivered`, `refused` (it will never take this) or `retry` (it cannot now).',
        contentTypes: ['application/json'],
        schema: {
          type: 'object',
          properties: {
            outcome: { enum: ['delivered', 'refused', 'retry'] },
            reason: { type: 'string' },
            detail: { type: 'string' },
          },
        },
      },
      absent,
    ],
    handle: async (request) => {
      const name = request.parameter('name');
      return known(name) ?? jsonReply(200, await exporters.test(name));
    },
  };
}
