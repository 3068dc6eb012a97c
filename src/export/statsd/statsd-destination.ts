/** A StatsD daemon as a destination. */
import type { Destination } from '../destination.js';
import type { StatsdDialect } from './statsd-encoder.js';
import { StatsdTransport } from './statsd-transport.js';

/** A destination over UDP; its points are lines. */
export function statsdDestination(host: string, port: number, dialect: StatsdDialect): Destination {
  return { transport: new StatsdTransport(host, port), encoder: { kind: 'statsd', dialect } };
}
