/** A span as a receiver read it, in a form that both protocols can be brought to. */

/** Lists are texts joined by commas, as Jaeger's Thrift has them. */
export type Tag = string | number | boolean;

/** One span; attributes of span and resource together. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentId: string;
  readonly name: string;
  readonly startUs: number;
  readonly durationUs: number;
  readonly tags: Readonly<Record<string, Tag>>;
  readonly error: string | undefined;
  /** `trace:span`, sorted. */
  readonly links: readonly string[];
}
