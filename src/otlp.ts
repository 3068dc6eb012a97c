/** Part of the composition: the OTLP door that the configuration asks for, and where what comes there is passed on to. */
import { randomInt } from 'node:crypto';
import type { ReceivedRequest } from './attach/otlp/listener.js';
import { openOtlp, type OtlpDoor } from './attach/otlp/otlp-door.js';
import { loadOtlpMapping } from './attach/otlp/shipped-mappings.js';
import { OTLP_DOOR } from './attach/otlp/voice.js';
import type { Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import { createRandom } from './base/random.js';
import type { Config } from './config/sections.js';
import { Delivery } from './delivery/delivery.js';
import { HttpTransport, type HttpDestination } from './delivery/http-transport.js';
import type { BodyParcel, Receipt, Transport } from './delivery/transport.js';
import { httpOf, reader } from './exporters.js';
import type { Intake } from './intake/intake.js';
import type { Board } from './metrics/board.js';

/** What the door is built with. */
export interface OtlpRoom {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intake: Intake;
}

/** The name under which what is passed on is counted. */
const DESTINATION = 'attach.otlp.forward';
/** How long what still waits is sent on while the sidecar stops. */
const CLOSE_US = 2_000_000;

/** @throws QuorumscopeError `attach.mapping`, `attach.listen`, `config.unreadable` for a secret */
export async function openOtlpDoor(
  otlp: NonNullable<Config['attach']['otlp']>,
  chain: string | undefined,
  room: OtlpRoom,
): Promise<OtlpDoor> {
  const { intake } = room;
  const mapping = loadOtlpMapping(otlp.mapping);
  const forward = otlp.forward === null ? undefined : forwardTo(otlp.forward, room);
  const door = await openOtlp({
    ...room,
    ...otlp.listen,
    maxBytes: otlp.maxBytes,
    staleUs: otlp.staleUs,
    mapping,
    naming: { node: otlp.node ?? undefined, nodes: otlp.nodes, chain: otlp.chain ?? chain },
    token: otlp.token === null ? undefined : reader(otlp.token),
    isBehind: () => intake.isBehind,
    openFeed: intake.openLossless,
    forward: forward && ((request) => forward.offer(parcelOf(request))),
  });
  intake.declareDoor(OTLP_DOOR);
  if (otlp.chain === null && chain === undefined)
    room.logger.warn(
      'what comes by OTLP must name its chain: neither attach.otlp.chain nor chain.id is set',
      {
        attribute: mapping.resource.chain.join(', '),
      },
    );
  const close = async (): Promise<void> => {
    await door.close();
    await forward?.close(CLOSE_US);
  };
  return { address: door.address, close };
}

/** A request on its way on. */
interface Forwarded extends BodyParcel {
  readonly request: ReceivedRequest;
}

function parcelOf(request: ReceivedRequest): Forwarded {
  const { body, records } = request;
  return { request, body, points: records, bytes: body.length };
}

type ForwardConfig = NonNullable<NonNullable<Config['attach']['otlp']>['forward']>;

function forwardTo(config: ForwardConfig, { board, clock, logger }: OtlpRoom): Delivery<Forwarded> {
  const { timeoutUs, queueBytes } = config;
  return new Delivery<Forwarded>({
    destination: DESTINATION,
    transport: new ForwardTransport(httpOf(config, clock)),
    board,
    clock,
    logger,
    random: createRandom(randomInt(2 ** 32)),
    timeoutUs,
    queueBytes,
  });
}

/** Sends requests on as they came, each to the address of its signal. */
class ForwardTransport implements Transport<Forwarded> {
  readonly #http: Omit<HttpDestination, 'contentType'>;
  /** By signal, type and packing: a dozen at most. */
  readonly #ways = new Map<string, HttpTransport>();

  constructor(http: Omit<HttpDestination, 'contentType'>) {
    this.#http = http;
  }

  send(parcel: Forwarded, signal: AbortSignal): Promise<Receipt> {
    return this.#wayOf(parcel.request).send(parcel, signal);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ways.values()].map((way) => way.close()));
  }

  #wayOf({ signal, contentType, contentEncoding }: ReceivedRequest): HttpTransport {
    const type = contentType.toLowerCase().startsWith('application/json') ? 'json' : 'x-protobuf';
    const key = `${signal} ${type} ${contentEncoding}`;
    const known = this.#ways.get(key);
    if (known) return known;
    const { url, headers } = this.#http;
    const packing = contentEncoding === '' ? {} : { 'content-encoding': contentEncoding };
    const way = new HttpTransport({
      ...this.#http,
      url: new URL(`${url.pathname.replace(/\/+$/, '')}/v1/${signal}${url.search}`, url),
      contentType: `application/${type}`,
      headers: () => ({ ...headers?.(), ...packing }),
      // The protocol names those that may be sent again.
      isPassing: (status) => status >= 502 && status <= 504,
    });
    this.#ways.set(key, way);
    return way;
  }
}
