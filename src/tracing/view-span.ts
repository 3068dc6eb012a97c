/**
 * A span as plain data, and who speaks in it: what the view records become, before any exporter has seen
 * it. Knows nothing of OpenTelemetry's classes, so that nothing of theirs is loaded to make it.
 */
import type { AttributeName, SpanName } from './span-table.js';

/** Lists hold ids or kinds; they are bounded where they are made. */
export type AttributeValue = string | number | boolean | readonly string[];

/** Attributes of a span by documented name. */
export type SpanAttributes = Partial<Record<AttributeName, AttributeValue>>;

/** Another span, in this trace or another. */
export interface SpanPointer {
  readonly traceId: string;
  readonly spanId: string;
}

/** The node whose sidecar tells the span; its resource. */
export interface SpanSource {
  readonly chain: string;
  readonly node: string;
  readonly validator: string | undefined;
}

/** One span. */
export interface ViewSpan extends SpanPointer {
  readonly parentId: string | undefined;
  readonly name: SpanName;
  readonly source: SpanSource;
  /** Microseconds since the Unix epoch, by the node's wall clock at the entry of the view. */
  readonly startUs: number;
  /** Never before `startUs`. */
  readonly endUs: number;
  readonly attributes: SpanAttributes;
  readonly links: readonly SpanPointer[];
  /** Why it is an error; undefined when it is none. */
  readonly error: string | undefined;
}

/** A span without what the tree adds; times are offsets from the entry, microseconds. */
export interface SpanDraft {
  readonly name: SpanName;
  readonly fromUs: number;
  readonly toUs: number;
  readonly attributes?: SpanAttributes;
  readonly links?: readonly SpanPointer[];
  readonly error?: string | undefined;
  /** Key of the parent; the node's own span by default. */
  readonly under?: string;
  /** Tells it apart from another of the same name. */
  readonly key?: string;
}
