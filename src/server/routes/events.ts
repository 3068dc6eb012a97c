/** Events as they happen, by Server-Sent Events. */
import type { Handlers } from '../handlers.js';
import { textReply, type DocumentedParameter, type Route } from '../route.js';
import { EVENT_STREAM } from '../streaming.js';
import { API_PATH } from './consensus.js';

const globs = (name: string, doc: string): DocumentedParameter => ({
  name,
  in: 'query',
  doc,
  schema: { type: 'array', items: { type: 'string' } },
});

const parameters: readonly DocumentedParameter[] = [
  globs(
    'type',
    'Globs of types, such as `consensus.*`, `mempool.tx_added` or `quorumscope.*`; all without one.',
  ),
  globs('chain', 'Globs of chains.'),
  globs('node', 'Globs of nodes. What the sidecar concludes is of no node, and left out when one is named.'),
];

const KNOWN = new Set(parameters.map(({ name }) => name));

/** `/events`. */
export function eventRoutes({ events }: Handlers): Route[] {
  if (events === undefined) return [];
  return [
    {
      method: 'GET',
      path: `${API_PATH}/events`,
      summary: 'Events as they happen, as a stream',
      doc: [
        'Server-Sent Events: every valid event that arrives, as `{chain, node, run, event}` with the line as it was received, under its own',
        'type; and what is concluded from them: `quorumscope.verdict`, `quorumscope.finding` and `quorumscope.incident`.',
        '`Last-Event-ID` goes on where a client stopped, as far back as the buffer reaches. What a client did not read in time, or what the buffer',
        'does not hold any more, is told by an event `gap`: `{missed, of}`, where `of` is `matching` (of the events asked for) or `all`,',
        'and `missed` is null where nobody counted. A comment comes every 15 s. Nothing is buffered until the first client comes, nor',
        'from a minute after the last has gone. docs/EXPORTS.md says more.',
      ].join(' '),
      parameters,
      replies: [
        { status: 200, doc: 'The stream.', contentTypes: [EVENT_STREAM] },
        { status: 400, doc: 'There is no such parameter.', contentTypes: ['text/plain'] },
        { status: 503, doc: 'Too many clients listen.', contentTypes: ['text/plain'] },
      ],
      handle: (request) => {
        const { query, signal } = request;
        const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
        if (unknown !== undefined)
          return textReply(
            400,
            `there is no parameter ${JSON.stringify(unknown)}; there are type, chain, node`,
          );
        const lastEventId = request.header('last-event-id');
        const [types, chains, nodes] = ['type', 'chain', 'node'].map((name) => query.getAll(name));
        const body = events({ types: types!, chains: chains!, nodes: nodes!, lastEventId, signal });
        if (body === undefined)
          return { ...textReply(503, 'too many clients listen'), headers: { 'retry-after': '10' } };
        return { status: 200, contentType: EVENT_STREAM, body };
      },
    },
  ];
}
