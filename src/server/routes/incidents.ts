/** Frozen raw events around findings and bursts of failed views, where `data.dir` is set. */
import type { Handlers } from '../handlers.js';
import { jsonReply, textReply, type DocumentedReply, type Route } from '../route.js';
import { API_PATH } from './consensus.js';
import { about, boolean, integer, list, object, string, wallTime } from './shapes.js';

const incident = object({
  id: string,
  chain: string,
  trigger: about({ type: 'object' }, '`finding` or `failed_view`: what began it'),
  began_us: wallTime,
  last_us: wallTime,
  window: object({ from_us: integer, to_us: integer }, 'what the raw events are of'),
  counts: about({ type: 'object' }, 'findings by kind, failed views by cause'),
  culprits: list(string, 'ids of validators'),
  findings: list(string, 'ids of the evidence'),
  events: object({ lines: integer, bytes: integer, truncated: boolean }),
  software: string,
  config_digest: string,
  size_bytes: about(integer, 'on disk'),
});

const parameters = [{ name: 'id', in: 'path', doc: 'its id', schema: { type: 'string' } }] as const;
const absent: DocumentedReply = { status: 404, doc: 'There is none.', contentTypes: ['text/plain'] };

/** `/incidents`. */
export function incidentRoutes({ incidents }: Handlers): Route[] {
  return [
    {
      method: 'GET',
      path: `${API_PATH}/incidents`,
      summary: 'Incidents on disk',
      doc: 'The newest first. `recording` is false where `data.dir` is not set: then there are none.',
      replies: [
        {
          status: 200,
          doc: 'The incidents.',
          contentTypes: ['application/json'],
          schema: object({ recording: boolean, incidents: list(incident) }),
        },
      ],
      handle: async () => jsonReply(200, await incidents.list()),
    },
    {
      method: 'GET',
      path: `${API_PATH}/incidents/{id}`,
      summary: 'One incident',
      doc: 'What began it, whom it names, and what was frozen.',
      parameters,
      replies: [
        { status: 200, doc: 'The incident.', contentTypes: ['application/json'], schema: incident },
        absent,
      ],
      handle: async (request) => {
        const document = await incidents.get(request.parameter('id'));
        return document === undefined ? noIncident : jsonReply(200, document);
      },
    },
    {
      method: 'GET',
      path: `${API_PATH}/incidents/{id}/events`,
      summary: 'The raw events of an incident',
      doc: 'Gzipped NDJSON, as `quorumscope replay` takes it.',
      parameters,
      replies: [{ status: 200, doc: 'The file.', contentTypes: ['application/gzip'] }, absent],
      handle: async (request) => {
        const body = await incidents.events(request.parameter('id'));
        if (body === undefined) return noIncident;
        return { status: 200, contentType: 'application/gzip', body };
      },
    },
  ];
}

const noIncident = textReply(404, 'there is no such incident');
