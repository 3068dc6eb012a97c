/**
 * Spans by `@opentelemetry/exporter-jaeger`: Thrift in strict binary form, by UDP to an agent (6832) or by HTTP to a collector
 * (14268). The exporter is deprecated by its makers, so it is known in this file alone.
 *
 * Its traps are contained here. By UDP nothing is ever acknowledged: `sent` means that it left this machine. It never calls
 * back while an HTTP server hangs: an attempt that passes its deadline costs the exporter, and the next attempt
 * has a new one. It reads OTEL_EXPORTER_JAEGER_* too: an endpoint there wins over an agent here, and a user where none is configured.
 */
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import { messageOf } from '../base/errors.js';
import type { Parcel, Receipt, Transport } from '../delivery/transport.js';
import { ReadableSpans, type ReadableSpan, type TracingIdentity } from './readable-span.js';
import type { SpanDestination } from './span-destination.js';

/** Where Jaeger is. */
export type JaegerPlace =
  | { readonly host: string; readonly port: number }
  | {
      readonly endpoint: string;
      /** Read for every new exporter. */
      readonly credentials?: (() => { readonly username: string; readonly password: string }) | undefined;
    };

/** Spans that wait for the exporter. */
export interface SpanParcel extends Parcel {
  readonly spans: readonly ReadableSpan[];
}

/** Small, so that a burst does not overrun the agent's socket. */
const PARCEL_SPANS = 100;
/** About what a span takes in memory. */
const SPAN_BYTES = 1_000;

/** A Jaeger agent or collector. */
export function jaegerSpans(place: JaegerPlace, identity: TracingIdentity): SpanDestination<SpanParcel> {
  const readable = new ReadableSpans(identity);
  return {
    transport: new JaegerTransport(place),
    parcelSpans: PARCEL_SPANS,
    pack: (spans) => ({
      spans: spans.map((span) => readable.of(span)),
      points: spans.length,
      bytes: spans.length * SPAN_BYTES,
    }),
  };
}

class JaegerTransport implements Transport<SpanParcel> {
  readonly #place: JaegerPlace;
  #exporter: JaegerExporter | undefined;

  constructor(place: JaegerPlace) {
    this.#place = place;
  }

  async send({ spans }: SpanParcel, signal: AbortSignal): Promise<Receipt> {
    const exporter = (this.#exporter ??= this.#open());
    const late = new Promise<'late'>((resolve) => {
      signal.addEventListener('abort', () => resolve('late'), { once: true });
    });
    const sent = new Promise<ExportResult>((resolve) => exporter.export([...spans], resolve));
    const result = await Promise.race([sent, late]);
    if (result === 'late') {
      this.#abandon();
      return { outcome: 'retry', reason: 'timeout', detail: 'no answer' };
    }
    if (result.code === ExportResultCode.SUCCESS) return { outcome: 'delivered' };
    // What it still holds would go out with the next attempt, twice.
    this.#abandon();
    return receiptOf(result.error === undefined ? 'unknown failure' : messageOf(result.error));
  }

  close(): Promise<void> {
    this.#abandon();
    return Promise.resolve();
  }

  #open(): JaegerExporter {
    const place = this.#place;
    if ('host' in place) return new JaegerExporter({ ...place, endpoint: '' });
    return new JaegerExporter({ endpoint: place.endpoint, ...place.credentials?.() });
  }

  #abandon(): void {
    const exporter = this.#exporter;
    this.#exporter = undefined;
    exporter?.shutdown().catch(() => undefined);
  }
}

/** By the text of its error, which is all that the exporter tells. */
function receiptOf(detail: string): Receipt {
  const status = Number(/responded with HTTP (\d+)/.exec(detail)?.[1]);
  if (status === 429 || status === 503) return { outcome: 'retry', reason: 'busy', detail };
  if (status >= 500 || status === 408) return { outcome: 'retry', reason: 'failed', detail };
  if (status >= 400 || /larger than maxSpanSize|to Thrift|Thrift (object|batch)/.test(detail))
    return { outcome: 'refused', detail };
  return { outcome: 'retry', reason: 'unreachable', detail };
}
