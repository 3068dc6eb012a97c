/** Requests of OTLP, read in both encodings: the same as an encoder of others wrote, and nothing that bytes can be breaks it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../../../../src/attach/otlp/decode.js';
import { signals, type LogRecord, type Signal } from '../../../../src/attach/otlp/requests.js';
import { encoded } from '../../../support/otlp-definitions.js';

const messages: Readonly<Record<Signal, string>> = {
  traces: 'ExportTraceServiceRequest',
  metrics: 'ExportMetricsServiceRequest',
  logs: 'ExportLogsServiceRequest',
};

type Tree = Readonly<Record<string, unknown>>;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const nanos = fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String);
// JSON has no minus zero.
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
const unicode = fc.string({ unit: 'grapheme', maxLength: 12 });

const { anyValue } = fc.letrec<{ anyValue: Tree }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    unicode.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((intValue) => ({ intValue: String(intValue) })),
    double.map((doubleValue) => ({ doubleValue })),
    fc.array(tie('anyValue'), { minLength: 1, maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: fc.string({ minLength: 1, maxLength: 5 }), value: tie('anyValue') }), {
        minLength: 1,
        maxLength: 3,
      })
      .map((values) => ({ kvlistValue: { values } })),
  ),
}));
const attributes = fc.array(fc.record({ key: fc.string({ minLength: 1, maxLength: 8 }), value: anyValue }), {
  minLength: 1,
  maxLength: 4,
});
const counts = fc.array(uint64.map(String), { minLength: 1, maxLength: 5 });
const point = { attributes, startTimeUnixNano: nanos, timeUnixNano: nanos, flags: fc.nat() };

const records: Readonly<Record<Signal, fc.Arbitrary<Tree>>> = {
  logs: fc.record({
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: fc.nat(24),
    severityText: unicode,
    body: anyValue,
    attributes,
    eventName: unicode,
  }),
  traces: fc.record({
    name: unicode,
    kind: fc.nat(5),
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
    attributes,
    events: fc.array(fc.record({ name: unicode, timeUnixNano: nanos, attributes }), {
      minLength: 1,
      maxLength: 3,
    }),
    status: fc.record({ code: fc.integer({ min: 1, max: 2 }), message: unicode }),
  }),
  metrics: fc.oneof(
    fc.record({ ...point, asInt: int64.map(String) }).map((one) => ({ gauge: { dataPoints: [one] } })),
    fc.record({ ...point, asDouble: double }).map((one) => ({
      sum: { dataPoints: [one], aggregationTemporality: 2, isMonotonic: true },
    })),
    fc
      .record({
        ...point,
        count: uint64.map(String),
        sum: double,
        bucketCounts: counts,
        explicitBounds: fc.array(double, { minLength: 1 }),
      })
      .map((one) => ({ histogram: { dataPoints: [one], aggregationTemporality: 1 } })),
    fc
      .record({
        ...point,
        count: uint64.map(String),
        scale: fc.integer({ min: -10, max: 20 }),
        positive: fc.record({ offset: fc.integer({ min: -1000, max: 1000 }), bucketCounts: counts }),
      })
      .map((one) => ({ exponentialHistogram: { dataPoints: [one], aggregationTemporality: 1 } })),
  ),
};

/** What is read, without what proto3 does not write: zeros, empty texts, false. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, of]) => !(of === 0 || of === '' || of === false || of === '0'))
      .map(([name, of]) => [name, bare(of)]),
  );
}

const wrapped = (signal: Signal, record: Tree): Tree => {
  const [ofResource, ofScope, ofRecord] = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  }[signal] as [string, string, string];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'n' } }] };
  return { [ofResource]: [{ resource, [ofScope]: [{ scope: { name: 's' }, [ofRecord]: [record] }] }] };
};

const read = (body: Buffer, signal: Signal, encoding: 'protobuf' | 'json') =>
  decodeRequest<Tree>(body, signal, encoding);

describe('a request', () => {
  it.each(signals)('of %s is the same in protobuf, as protobufjs writes it, and in JSON', (signal) => {
    fc.assert(
      fc.property(records[signal], (record) => {
        const request = wrapped(signal, record);
        const ofProtobuf = read(encoded(messages[signal], request), signal, 'protobuf');
        const ofJson = read(Buffer.from(JSON.stringify(request)), signal, 'json');
        expect(ofProtobuf).not.toHaveProperty('problem');
        expect(bare(ofProtobuf)).toEqual(bare(ofJson));
      }),
    );
  });

  it.each(signals)('of %s that is cut, turned or made up is read or refused, and never throws', (signal) => {
    fc.assert(
      fc.property(records[signal], fc.nat(), fc.nat(255), fc.boolean(), (record, at, byte, isCut) => {
        const whole = encoded(messages[signal], wrapped(signal, record));
        const bytes = isCut ? whole.subarray(0, at % whole.length) : Buffer.from(whole);
        if (!isCut) bytes[at % bytes.length] = byte;
        for (const encoding of ['protobuf', 'json'] as const) {
          const found = read(bytes, signal, encoding);
          expect(Array.isArray(found) || 'problem' in found).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        read(Buffer.from(bytes), signal, 'protobuf');
        read(Buffer.from(bytes), signal, 'json');
      }),
      { numRuns: 400 },
    );
  });

  const logs = (body: Buffer, encoding: 'protobuf' | 'json'): LogRecord => {
    const found = decodeRequest<LogRecord>(body, 'logs', encoding);
    if ('problem' in found) throw new Error(found.problem);
    return found[0]!.scopes[0]!.records[0]!;
  };
  const record = (of: Tree): Tree => wrapped('logs', of);

  it('has times to the microsecond, which doubles of nanoseconds have not', () => {
    const timeUnixNano = '1748779200123457999';
    const request = record({ timeUnixNano });
    expect(logs(encoded(messages.logs, request), 'protobuf').timeUnixNano).toBe(1_748_779_200_123_457);
    expect(logs(Buffer.from(JSON.stringify(request)), 'json').timeUnixNano).toBe(1_748_779_200_123_457);
  });

  it('keeps numbers of 64 bits that no double holds', () => {
    const request = record({ body: { intValue: '-9223372036854775807' } });
    expect(logs(encoded(messages.logs, request), 'protobuf').body).toEqual({
      intValue: '-9223372036854775807',
    });
    expect(logs(Buffer.from(JSON.stringify(request)), 'json').body).toEqual({
      intValue: '-9223372036854775807',
    });
  });

  it('in JSON takes ids in hexadecimal and numbers as texts, passes over unknown names, and null is absent', () => {
    const request = record({
      traceId: '5B8EFFF798038103D269B633813FC60C',
      severityNumber: '9',
      spanId: null,
      later: 1,
    });
    expect(logs(Buffer.from(JSON.stringify(request)), 'json')).toEqual({
      traceId: '5b8efff798038103d269b633813fc60c',
      severityNumber: 9,
    });
  });

  it.each([
    ['a list', [], 'ExportLogsServiceRequest: found a list, expected an object'],
    ['a text for a list', { resourceLogs: 'x' }, 'resourceLogs: found "x", expected a list'],
    ['a name of an enumeration', record({ severityNumber: 'INFO' }), 'severityNumber: found "INFO"'],
    ['a time that is none', record({ timeUnixNano: -1 }), 'timeUnixNano: found -1'],
    ['an id that is none', record({ traceId: 'xyz' }), 'traceId: found "xyz", expected hexadecimal'],
    ['too large a number', record({ body: { intValue: '9223372036854775808' } }), 'intValue'],
  ])('in JSON with %s is refused with its place', (_what, request, problem) => {
    const found = read(Buffer.from(JSON.stringify(request)), 'logs', 'json');
    expect(found).toHaveProperty('problem', expect.stringContaining(problem));
  });

  it('with values nested 10,000 deep is refused in either encoding', () => {
    let nested = '{"stringValue":"x"}';
    let bytes = Buffer.from([0x0a, 1, 0x78]);
    const length = (value: number): number[] =>
      value < 128 ? [value] : [(value % 128) | 128, ...length(Math.floor(value / 128))];
    for (let i = 0; i < 10_000; i++) {
      nested = `{"arrayValue":{"values":[${nested}]}}`;
      const inner = Buffer.concat([Buffer.from([0x0a, ...length(bytes.length)]), bytes]);
      bytes = Buffer.concat([Buffer.from([0x2a, ...length(inner.length)]), inner]);
    }
    const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${nested}}]}]}]}`;
    expect(read(Buffer.from(json), 'logs', 'json')).toHaveProperty(
      'problem',
      expect.stringContaining('deep'),
    );
    const wrap = (tag: number, of: Buffer): Buffer =>
      Buffer.concat([Buffer.from([tag, ...length(of.length)]), of]);
    const request = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, bytes))));
    expect(read(request, 'logs', 'protobuf')).toHaveProperty('problem', expect.stringContaining('deep'));
  });
});
