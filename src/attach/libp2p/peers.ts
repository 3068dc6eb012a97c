/**
 * Connections and peers, from libp2p's own events: who is connected, who dialled, why a connection ended,
 * how far away a peer is. Several connections to one peer are one peer, whose direction is that of the
 * first; the events of a connection are stated for each.
 *
 * Invariant: every connection stated as opened is stated as ended once.
 */
import type { Connection, Libp2pEvents, Stream, StreamCloseEvent, TypedEventTarget } from '@libp2p/interface';
import type { disconnectReasons } from '../../events/network.js';
import type { Hooks } from '../hooks/create-hooks.js';

type Reason = (typeof disconnectReasons)[number];

/** Where libp2p says what happens: its components' event bus. */
export type ConnectionEvents = Pick<
  TypedEventTarget<Libp2pEvents>,
  'addEventListener' | 'removeEventListener'
>;

/** Which validator a peer id belongs to, where the node knows. */
export type ValidatorOf = (peer: string) => string | undefined;

interface Open {
  readonly peer: string;
  readonly connection: Connection;
  reason: Reason | undefined;
  /** Last round-trip time stated, in milliseconds. */
  rttMs: number | undefined;
}

/** The connections of one node. */
export class Peers {
  readonly #hooks: Hooks;
  readonly #validatorOf: ValidatorOf;
  readonly #open = new Map<Connection, Open>();

  constructor(hooks: Hooks, events: ConnectionEvents, validatorOf: ValidatorOf) {
    this.#hooks = hooks;
    this.#validatorOf = validatorOf;
    events.addEventListener('connection:open', ({ detail }) => this.#opened(detail));
    events.addEventListener('connection:close', ({ detail }) => this.#closed(detail));
  }

  /** Whose stream it is; undefined before its connection was announced. */
  ofStream(stream: Stream): string | undefined {
    for (const { connection, peer } of this.#open.values())
      if (connection.streams.includes(stream)) return peer;
    return undefined;
  }

  /** States how many peers there are and how far they are, where libp2p's monitor measured it anew. */
  state(): void {
    const directions = new Map<string, 'inbound' | 'outbound'>();
    for (const { peer, connection } of this.#open.values())
      if (!directions.has(peer)) directions.set(peer, connection.direction);
    const inbound = [...directions.values()].filter((direction) => direction === 'inbound').length;
    const validators = [...directions.keys()].filter((peer) => this.#validatorOf(peer) !== undefined).length;
    this.#hooks.network.peersMeasured({
      active: directions.size,
      inbound,
      outbound: directions.size - inbound,
      ...(validators > 0 ? { validators } : {}),
    });
    for (const open of this.#open.values()) this.#stateRoundTrip(open);
  }

  /** The node has stopped: what libp2p did not announce as closed is closed all the same. */
  end(): void {
    for (const connection of this.#open.keys()) this.#closed(connection, 'closed_by_us');
  }

  #opened(connection: Connection): void {
    const peer = connection.remotePeer.toString();
    const open: Open = { peer, connection, reason: undefined, rttMs: undefined };
    this.#open.set(connection, open);
    connection.addEventListener('close', (event) => (open.reason = reasonOf(event)));
    const { direction } = connection;
    const validator = this.#validatorOf(peer);
    this.#hooks.network.peerConnected({ peer, direction, ...(validator === undefined ? {} : { validator }) });
    this.state();
  }

  #closed(connection: Connection, unknown: Reason = 'other'): void {
    const open = this.#open.get(connection);
    if (open === undefined) return;
    this.#open.delete(connection);
    const { peer, reason = unknown } = open;
    this.#hooks.network.peerDisconnected({ peer, reason, direction: connection.direction });
    this.state();
  }

  #stateRoundTrip(open: Open): void {
    const { rtt } = open.connection;
    if (rtt === undefined || rtt === open.rttMs) return;
    open.rttMs = rtt;
    this.#hooks.network.latencyMeasured({ peer: open.peer, rtt_us: Math.round(rtt * 1000) });
  }
}

function reasonOf({ local, error }: Pick<StreamCloseEvent, 'local' | 'error'>): Reason {
  if (error !== undefined) return error.name === 'TimeoutError' ? 'timeout' : 'error';
  return local === true ? 'closed_by_us' : 'closed_by_peer';
}
