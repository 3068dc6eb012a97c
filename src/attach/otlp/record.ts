/**
 * One record as mappings see it: names to values. Attributes come first, by their own names; then what the record itself
 * holds: `event.name`, `body` (and `body.x` of a structured one), `severity`, `scope.name`, `span.name`, `span.duration_us`,
 * `span.status`, `span.kind`, `trace_id`, `span_id`, and `resource.x`. A view is read at once and not kept.
 */
import type { Value } from '../logs/expression.js';
import type { AnyValue, KeyValue, LogRecord, Resource, Scope, Span, SpanEvent } from './requests.js';

/** What a record holds. */
export interface RecordView {
  /** Its event name; a span's name. Empty where it has none. */
  readonly name: string;
  /** Its text; empty where it has none. */
  readonly message: string;
  /** Microseconds since the Unix epoch; 0 where it does not say. */
  readonly tsUs: number;
  value(name: string): Value;
}

/** What is said of every record of a resource and scope. */
export interface Surroundings {
  readonly resource: Resource;
  readonly scope: Scope;
}

const spanStatus = ['unset', 'ok', 'error'] as const;
const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** A log record. */
export function viewOfLog(record: LogRecord, around: Surroundings): RecordView {
  return new LogView(record, around);
}

/** A class, because there is one for every record and most names are never asked for. */
class LogView implements RecordView {
  readonly name: string;
  readonly message: string;
  readonly tsUs: number;
  readonly #record: LogRecord;
  readonly #around: Surroundings;

  constructor(record: LogRecord, around: Surroundings) {
    const { attributes, body, eventName } = record;
    const said =
      eventName !== undefined && eventName !== '' ? eventName : attributeOf(attributes, 'event.name');
    this.#record = record;
    this.#around = around;
    this.message = body?.stringValue ?? '';
    // Older libraries put the name of an event into the body.
    this.name = typeof said === 'string' && said !== '' ? said : this.message;
    this.tsUs = record.timeUnixNano || record.observedTimeUnixNano || 0;
  }

  value(name: string): Value {
    return attributeOf(this.#record.attributes, name) ?? this.#own(name);
  }

  #own(name: string): Value {
    const { body, severityText, severityNumber, traceId, spanId } = this.#record;
    switch (name) {
      case 'event.name':
        return this.name;
      case 'body':
        return plainOf(body);
      case 'severity':
        return severityText ?? severityNumber;
      case 'trace_id':
        return traceId;
      case 'span_id':
        return spanId;
      default: {
        const key = name.startsWith('body.') ? name.slice('body.'.length) : name;
        return attributeOf(body?.kvlistValue?.values, key) ?? surrounding(name, this.#around);
      }
    }
  }
}

/** An event of a span. */
export function viewOfSpanEvent(event: SpanEvent, span: Span, around: Surroundings): RecordView {
  const { name = '', attributes, timeUnixNano = 0 } = event;
  const own = (key: string): Value => (key === 'event.name' ? name : ofSpan(key, span, around));
  return { name, message: '', tsUs: timeUnixNano, value: (key) => attributeOf(attributes, key) ?? own(key) };
}

/** A span, of its beginning or of its end. */
export function viewOfSpan(span: Span, around: Surroundings, moment: 'start' | 'end'): RecordView {
  const { name = '', attributes, startTimeUnixNano = 0, endTimeUnixNano = 0 } = span;
  const tsUs = moment === 'start' ? startTimeUnixNano : endTimeUnixNano;
  const value = (key: string): Value => attributeOf(attributes, key) ?? ofSpan(key, span, around);
  return { name, message: '', tsUs, value };
}

/** How long a span took, microseconds; undefined where it does not say. */
export function durationOf({ startTimeUnixNano = 0, endTimeUnixNano = 0 }: Span): number | undefined {
  return startTimeUnixNano > 0 && endTimeUnixNano >= startTimeUnixNano
    ? endTimeUnixNano - startTimeUnixNano
    : undefined;
}

function ofSpan(key: string, span: Span, around: Surroundings): Value {
  switch (key) {
    case 'span.name':
      return span.name ?? '';
    case 'span.duration_us':
      return durationOf(span);
    case 'span.status':
      return spanStatus[span.status?.code ?? 0];
    case 'span.kind':
      return spanKinds[span.kind ?? 0];
    case 'trace_id':
      return span.traceId;
    case 'span_id':
      return span.spanId;
    default:
      return surrounding(key, around);
  }
}

function surrounding(key: string, { resource, scope }: Surroundings): Value {
  if (key === 'scope.name') return scope.name;
  return key.startsWith('resource.') ? attributeOf(resource.attributes, key.slice(9)) : undefined;
}

/** The value of an attribute; the last one counts where there are several. */
export function attributeOf(attributes: readonly KeyValue[] | undefined, key: string): Value {
  if (attributes === undefined) return undefined;
  for (let i = attributes.length - 1; i >= 0; i--) {
    const one = attributes[i]!;
    if (one.key === key) return plainOf(one.value);
  }
  return undefined;
}

/** A value as expressions take it: maps become their JSON, bytes their digits. */
export function plainOf(value: AnyValue | undefined): Value {
  if (value === undefined) return undefined;
  if (value.stringValue !== undefined) return value.stringValue;
  const found = treeOf(value);
  const isMap = typeof found === 'object' && found !== null && !Array.isArray(found);
  return isMap ? JSON.stringify(found) : (found as Value);
}

function treeOf(value: AnyValue): unknown {
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value;
  if (arrayValue) return (arrayValue.values ?? []).map(treeOf);
  if (kvlistValue)
    return Object.fromEntries(
      (kvlistValue.values ?? []).map(({ key = '', value: of = {} }) => [key, treeOf(of) ?? null]),
    );
  if (bytesValue) return Buffer.from(bytesValue).toString('hex');
  return stringValue ?? boolValue ?? intValue ?? doubleValue;
}
