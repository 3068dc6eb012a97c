/**
 * Every event there is. Adding a domain means one file and one line here; everything else (types,
 * codec, hooks, JSON Schema, docs) follows.
 */
import { consensus } from './consensus.js';
import { hello, source, type Envelope } from './envelope.js';
import { execution } from './execution.js';
import { mempool } from './mempool.js';
import { metrics } from './metric.js';
import { network } from './network.js';
import { process } from './process.js';
import type { Body, EventSchema, SnakeCase } from './schema.js';
import { state } from './state.js';
import { storage } from './storage.js';

/** The domains by name, each with its events by hook name. */
export const domains = {
  consensus,
  network,
  storage,
  state,
  mempool,
  execution,
  process,
  metric: metrics,
} as const;

/** Name of a domain whose events carry a counted `seq`. */
export type DomainName = keyof typeof domains;

/** Names of all domains. */
export const domainNames = Object.keys(domains) as readonly DomainName[];

type Hooks<D extends DomainName> = keyof (typeof domains)[D] & string;

/** The body of an event, by domain and hook name. */
export type EventBody<D extends DomainName, H extends Hooks<D>> =
  (typeof domains)[D][H] extends EventSchema<infer F> ? Body<F> : never;

type EventsOf<D extends DomainName> = {
  [H in Hooks<D> as `${D}.${SnakeCase<H>}`]: Envelope & { readonly type: `${D}.${SnakeCase<H>}` } & EventBody<
      D,
      H
    >;
};

/** Every domain event by its type string. */
export type EventMap = EventsOf<'consensus'> &
  EventsOf<'network'> &
  EventsOf<'storage'> &
  EventsOf<'state'> &
  EventsOf<'mempool'> &
  EventsOf<'execution'> &
  EventsOf<'process'> &
  EventsOf<'metric'>;

/** A type string such as `consensus.vote_received`. */
export type EventType = keyof EventMap;

/** Any domain event. */
export type DomainEvent = EventMap[EventType];

/** `hello`, decoded; it carries no `seq`. */
export type HelloEvent = Omit<Envelope, 'seq' | 'weight'> & {
  readonly type: 'hello';
  readonly seq?: undefined;
  readonly weight?: undefined;
} & Body<(typeof hello)['fields']>;

/** `source.dropped`, decoded. Its `seq` may be absent and is not counted for gaps. */
export type SourceDroppedEvent = Omit<Envelope, 'seq' | 'weight'> & {
  readonly type: 'source.dropped';
  readonly seq?: number | undefined;
  readonly weight?: undefined;
} & Body<(typeof source)['dropped']['fields']>;

/** Anything that a line can decode to. */
export type StreamEvent = DomainEvent | HelloEvent | SourceDroppedEvent;

/** Every schema, the stream's own first; the position is the event's index in tables. */
export const schemas: readonly EventSchema[] = [
  hello,
  source.dropped,
  ...Object.values(domains).flatMap((events) => Object.values<EventSchema>(events)),
];

/** Schema by type string. */
export const schemaByType: ReadonlyMap<string, EventSchema> = new Map(
  schemas.map((schema) => [schema.type, schema]),
);
