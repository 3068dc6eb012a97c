/**
 * Our spans in the form that OpenTelemetry's exporters take. Resources are made once per node: the exporters group by
 * identity. What the environment says in OTEL_RESOURCE_ATTRIBUTES is added by OpenTelemetry's own detector.
 *
 * Loading this file loads OpenTelemetry's SDK.
 */
import { SpanKind, SpanStatusCode, TraceFlags, type HrTime, type SpanContext } from '@opentelemetry/api';
import { resources, type tracing } from '@opentelemetry/sdk-node';
import type { SpanPointer, SpanSource, ViewSpan } from './view-span.js';

/** A span as exporters take it. */
export type ReadableSpan = tracing.ReadableSpan;

/** Who speaks, besides the node itself. */
export interface TracingIdentity {
  readonly serviceName: string;
  readonly version: string;
}

/** Most nodes whose resource is remembered. */
const MOST_RESOURCES = 1_024;

/** Turns spans into readable ones. */
export class ReadableSpans {
  readonly #identity: TracingIdentity;
  readonly #scope: { readonly name: string; readonly version: string };
  readonly #environment: resources.Resource;
  readonly #resources = new Map<string, resources.Resource>();

  constructor(identity: TracingIdentity) {
    this.#identity = identity;
    this.#scope = { name: 'quorumscope', version: identity.version };
    this.#environment = resources.detectResources({ detectors: [resources.envDetector] });
  }

  of(span: ViewSpan): ReadableSpan {
    const { traceId, spanId, parentId, error, attributes, links } = span;
    const context = contextOf({ traceId, spanId });
    return {
      name: span.name,
      kind: SpanKind.INTERNAL,
      spanContext: () => context,
      ...(parentId === undefined ? {} : { parentSpanContext: contextOf({ traceId, spanId: parentId }) }),
      startTime: hrTime(span.startUs),
      endTime: hrTime(span.endUs),
      duration: hrTime(span.endUs - span.startUs),
      status: error === undefined ? UNSET : { code: SpanStatusCode.ERROR, message: error },
      // Lists of ours are never written to again.
      attributes: attributes as ReadableSpan['attributes'],
      links: links.map((link) => ({ context: contextOf(link) })),
      events: [],
      ended: true,
      resource: this.#resourceOf(span.source),
      instrumentationScope: this.#scope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  }

  #resourceOf({ chain, node, validator }: SpanSource): resources.Resource {
    const key = `${chain}\n${node}\n${validator ?? ''}`;
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    if (this.#resources.size >= MOST_RESOURCES) this.#resources.clear();
    const { serviceName, version } = this.#identity;
    const own = resources.resourceFromAttributes({
      'service.name': serviceName,
      'service.namespace': chain,
      'service.instance.id': node,
      ...(validator === undefined ? {} : { 'hotstuff.validator': validator }),
      'telemetry.distro.name': 'quorumscope',
      'telemetry.distro.version': version,
    });
    const made = this.#environment.merge(own);
    this.#resources.set(key, made);
    return made;
  }
}

const UNSET = { code: SpanStatusCode.UNSET };

function contextOf({ traceId, spanId }: SpanPointer): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
}

function hrTime(us: number): HrTime {
  const seconds = Math.floor(us / 1e6);
  return [seconds, (us - seconds * 1e6) * 1000];
}
