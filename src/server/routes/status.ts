/** What is attached and how it is doing, as one JSON document; `quorumscope status` shows it as a table. */
import type { Handlers } from '../handlers.js';
import { jsonReply, type Route } from '../route.js';

/** Where the status document is. */
export const STATUS_PATH = '/api/quorumscope/v1/status';

const integer = { type: 'integer' } as const;
const maybe = (type: string) => ({ type: [type, 'null'] }) as const;

const object = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => ({
  type: 'object',
  properties,
});
const list = (items: unknown): Readonly<Record<string, unknown>> => ({ type: 'array', items });

const node = object({
  node: { type: 'string' },
  connected: { type: 'boolean' },
  run: { ...maybe('string'), description: 'Random id of the node process.' },
  height: { ...maybe('integer'), description: 'Height of the last committed block.' },
  view: { ...maybe('integer'), description: 'The view that the node is in.' },
  last_commit_timestamp_seconds: { ...maybe('number'), description: 'Unix time of the last commit.' },
});

const source = object({
  source: { type: 'string', description: 'The door: unix, tcp, embedded, replay, stdin.' },
  node_id: { type: 'string', description: 'Who spoke; empty for lines of nobody known.' },
  ...Object.fromEntries(
    ['received', 'processed', 'duplicate', 'unknown', 'dropped', 'invalid', 'pending', 'missing'].map(
      (name) => [name, integer],
    ),
  ),
});

const statusSchema = object({
  version: { type: 'string' },
  started_at_us: { ...integer, description: 'Microseconds since the Unix epoch.' },
  uptime_seconds: { type: 'number' },
  profile: { enum: ['exporter', 'standalone'] },
  chains: list(object({ chain: { type: 'string' }, nodes: list(node) })),
  sources: list(source),
});

/** The status document. */
export function statusRoutes({ status }: Handlers): Route[] {
  return [
    {
      method: 'GET',
      path: STATUS_PATH,
      summary: 'What is attached',
      doc: 'Version, uptime, every node that was heard with its height and view, and the account of every source: received = processed + duplicate + unknown + dropped + invalid + pending.',
      replies: [
        { status: 200, doc: 'The document.', contentTypes: ['application/json'], schema: statusSchema },
      ],
      handle: () => jsonReply(200, status()),
    },
  ];
}
