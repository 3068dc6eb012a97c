/**
 * An encoder as data: what it takes to build it on whichever thread it is to work. The code of a format is
 * loaded where its encoder is opened, and only then.
 */
import type { Encode } from './encoded.js';
import type { Format } from './formats.js';
import type { Precision } from './influxdb/line-protocol.js';
import type { OtlpResource, Temporality } from './otlp/otlp-metrics.js';
import type { ExternalLabels } from './remote-write/write-request.js';
import { selecting, type Selection } from './selection.js';
import { seriesCount } from './snapshot.js';
import type { StatsdDialect } from './statsd/statsd-encoder.js';

/** Plain data, so that it can be sent to another thread. */
export type EncoderSpec =
  | { readonly kind: 'document'; readonly format: Format }
  | { readonly kind: 'influxdb'; readonly precision: Precision }
  | { readonly kind: 'statsd'; readonly dialect: StatsdDialect }
  | {
      readonly kind: 'otlp';
      readonly resource: OtlpResource;
      readonly temporality: Temporality;
      readonly startUs: number;
    }
  | { readonly kind: 'remote_write'; readonly externalLabels: ExternalLabels };

/** Builds an encoder. */
export async function openEncoder(spec: EncoderSpec): Promise<Encode> {
  switch (spec.kind) {
    case 'document': {
      const { exporterOf } = await import('./formats.js');
      const { documentEncoder } = await import('./document-encoder.js');
      return documentEncoder(await exporterOf(spec.format));
    }
    case 'influxdb': {
      const { influxEncoder } = await import('./influxdb/influx-encoder.js');
      return influxEncoder(spec.precision);
    }
    case 'statsd': {
      const { datagramEncoder } = await import('./statsd/datagram-encoder.js');
      return datagramEncoder(spec.dialect);
    }
    case 'otlp': {
      const { otlpEncoder } = await import('./otlp/otlp-encoder.js');
      return otlpEncoder(spec.resource, spec.temporality, spec.startUs);
    }
    case 'remote_write': {
      const { remoteWriteEncoder } = await import('./remote-write/remote-write-encoder.js');
      return remoteWriteEncoder(spec.externalLabels);
    }
  }
}

/** Whether what an encoder says depends on what it has said before. */
export function remembers(spec: EncoderSpec): boolean {
  return spec.kind === 'statsd' || (spec.kind === 'otlp' && spec.temporality === 'delta');
}

/** Encodes the part of a snapshot that `selection` chooses; where it chooses nothing there is nothing to send. */
export function encodingPart(encode: Encode, selection: Selection): Encode {
  const select = selecting(selection);
  return (snapshot) => {
    const chosen = select(snapshot);
    return seriesCount(chosen) === 0 ? { parcels: [], omitted: 0 } : encode(chosen);
  };
}
