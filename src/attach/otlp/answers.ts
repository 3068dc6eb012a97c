/**
 * What a sender of OTLP is answered, in the encoding that it spoke: how many records were rejected and why, or a status of
 * gRPC with the reason. Pure.
 */
import type { Encoding } from './decode.js';
import type { Signal } from './requests.js';

/** An answer ready to be sent. */
export interface OtlpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Codes of google.rpc.Status by status of HTTP. */
const grpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 12,
  405: 12,
  413: 8,
  415: 3,
  503: 14,
};
const INTERNAL = 13;

/** Under which name JSON says how many were rejected. */
const rejectedNames: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

/** The request was taken, all of it but `rejected` records. */
export function takenAnswer(
  encoding: Encoding,
  signal: Signal,
  rejected: number,
  problem: string,
): OtlpAnswer {
  return {
    status: 200,
    contentType: contentTypes[encoding],
    body: takenBody(encoding, signal, rejected, problem),
  };
}

/** The request was not taken. */
export function refusal(encoding: Encoding, status: number, problem: string): OtlpAnswer {
  const code = grpcCodes[status] ?? INTERNAL;
  const body =
    encoding === 'json'
      ? Buffer.from(JSON.stringify({ code, message: problem }))
      : Buffer.concat([Buffer.from([0x08, code]), textField(2, problem)]);
  return { status, contentType: contentTypes[encoding], body };
}

function takenBody(encoding: Encoding, signal: Signal, rejected: number, problem: string): Buffer {
  const isWhole = rejected === 0 && problem === '';
  if (encoding === 'json') {
    const partialSuccess = { [rejectedNames[signal]]: String(rejected), errorMessage: problem };
    return Buffer.from(JSON.stringify(isWhole ? {} : { partialSuccess }));
  }
  if (isWhole) return Buffer.alloc(0);
  const partial = Buffer.concat([Buffer.from([0x08]), varint(rejected), textField(2, problem)]);
  return Buffer.concat([Buffer.from([0x0a]), varint(partial.length), partial]);
}

function textField(number: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
