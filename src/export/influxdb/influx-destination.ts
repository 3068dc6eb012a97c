/** InfluxDB as a destination: snapshots as line protocol. */
import type { Destination } from '../destination.js';
import { InfluxTransport, type InfluxServer } from './influx-transport.js';

/** A destination; its points are lines. */
export function influxDestination(server: InfluxServer): Destination {
  return {
    transport: new InfluxTransport(server),
    encoder: { kind: 'influxdb', precision: server.precision },
  };
}
