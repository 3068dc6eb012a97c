/**
 * Log lines by OTLP over http/protobuf: serialized by OpenTelemetry's own transformer, sent by the house's HTTP transport.
 *
 * Loading this file loads OpenTelemetry's SDK.
 */
import { TraceFlags } from '@opentelemetry/api';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resources, type logs } from '@opentelemetry/sdk-node';
import { HttpTransport, type HttpDestination } from '../delivery/http-transport.js';
import type { BodyParcel } from '../delivery/transport.js';
import type { ExportedLevel, ExportedLine } from './exported-line.js';
import type { LineDestination } from './line-outbox.js';

/** Who logs. */
export interface LoggingIdentity {
  readonly serviceName: string;
  readonly instance: string;
  readonly version: string;
}

const PARCEL_LINES = 256;
/** Of OpenTelemetry's log data model. */
const severities: Readonly<Record<ExportedLevel, number>> = { info: 9, warn: 13, error: 17 };

/** An OTLP receiver of logs. */
export function otlpLogs(
  http: Omit<HttpDestination, 'contentType'>,
  { serviceName, instance, version }: LoggingIdentity,
): LineDestination {
  const environment = resources.detectResources({ detectors: [resources.envDetector] });
  const resource = environment.merge(
    resources.resourceFromAttributes({
      'service.name': serviceName,
      'service.instance.id': instance,
      'service.version': version,
    }),
  );
  const scope = { name: 'quorumscope', version };
  return {
    transport: new HttpTransport({ ...http, contentType: 'application/x-protobuf' }),
    parcelLines: PARCEL_LINES,
    pack: (lines): BodyParcel => {
      const records = lines.map((line) => recordOf(line, resource, scope));
      const body = ProtobufLogsSerializer.serializeRequest(records) ?? new Uint8Array(0);
      return { body, points: lines.length, bytes: body.byteLength };
    },
  };
}

function recordOf(
  { level, message, fields, atUs, traceId, spanId }: ExportedLine,
  resource: resources.Resource,
  instrumentationScope: { readonly name: string; readonly version: string },
): logs.ReadableLogRecord {
  const seconds = Math.floor(atUs / 1e6);
  const hrTime: [number, number] = [seconds, (atUs - seconds * 1e6) * 1000];
  const context =
    traceId === undefined ? undefined : { traceId, spanId: spanId ?? '', traceFlags: TraceFlags.NONE };
  return {
    hrTime,
    hrTimeObserved: hrTime,
    severityNumber: severities[level],
    severityText: level.toUpperCase(),
    body: message,
    // Lists of ours are never written to again.
    attributes: fields as logs.ReadableLogRecord['attributes'],
    droppedAttributesCount: 0,
    resource,
    instrumentationScope,
    ...(context === undefined ? {} : { spanContext: context }),
  };
}
