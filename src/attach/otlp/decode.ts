/**
 * Bytes of a request to its records, in either encoding. The only door to the readers: what they throw ends here, as a
 * sentence for whoever sent the bytes. Nothing here throws.
 */
import { messageOf } from '../../base/errors.js';
import { Undecodable, type Decoded } from './message.js';
import { readJson } from './read-json.js';
import { readProtobuf } from './read-protobuf.js';
import { requests, type ResourceRecords, type Signal } from './requests.js';

/** How a request is written. */
export type Encoding = 'protobuf' | 'json';

/** Reads a request, or says why it is none. The caller knows what records of the signal are. */
export function decodeRequest<T>(
  body: Buffer,
  signal: Signal,
  encoding: Encoding,
): readonly ResourceRecords<T>[] | { readonly problem: string } {
  const { message, of } = requests[signal];
  try {
    const request = encoding === 'json' ? readJson(parse(body), message) : readProtobuf(body, message);
    return resourcesOf<T>(request, of);
  } catch (error) {
    if (error instanceof Undecodable) return { problem: error.message };
    return { problem: `cannot be read: ${messageOf(error)}` };
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new Undecodable(`found ${messageOf(error).slice(0, 120)}, expected JSON`);
  }
}

function resourcesOf<T>(
  request: Decoded,
  [ofResource, ofScope, ofRecord]: readonly [string, string, string],
): readonly ResourceRecords<T>[] {
  return listOf(request[ofResource]).map((one) => ({
    resource: one['resource'] ?? {},
    scopes: listOf(one[ofScope]).map((scoped) => ({
      scope: scoped['scope'] ?? {},
      records: (scoped[ofRecord] ?? []) as readonly T[],
    })),
  }));
}

function listOf(found: unknown): readonly Decoded[] {
  return (found ?? []) as readonly Decoded[];
}
