/**
 * Bytes and messages: of connections (everything, encryption and multiplexing included) and of the streams
 * of each protocol. A protocol's messages are stated as the network domain's, under the name the options
 * give or else the protocol's id; bytes stand beside it under libp2p's own metric name, and per peer.
 *
 * The peer of a message is named only where messages can be told apart, because what one node sent is
 * compared with what the other received.
 */
import type { MultiaddrConnection, Stream } from '@libp2p/interface';
import type { Hooks } from '../hooks/create-hooks.js';
import { messageCounter, type Framing, type MessageCounter } from './message-framing.js';
import { OTHER, type MetricShelf, type Shelved } from './metric-shelf.js';
import type { Peers } from './peers.js';
import { watchStream, type Passed } from './stream-watch.js';

/** What is known of a protocol. */
export interface ProtocolOptions {
  /** Name of its messages: `vote`, `proposal`, ... Default: the protocol's id. */
  readonly message?: string;
  /** How its messages are told apart. Default `chunk`: each piece that is sent or arrives is one. */
  readonly framing?: Framing;
  /** `false` where the node states these messages by its own hooks. Default true. */
  readonly messages?: boolean;
}

/** Looks up a protocol by its id. */
export type Protocols = Readonly<Record<string, ProtocolOptions>>;

type Direction = 'sent' | 'received';

/** The traffic of one node. */
export class Traffic {
  readonly #hooks: Hooks;
  readonly #peers: Peers;
  readonly #protocols: Protocols;
  readonly #peerLimit: number;
  readonly #bytes: Shelved;
  readonly #peerBytes: Shelved;
  readonly #named = new Set<string>();

  /** @param peerLimit how many peers have byte counts of their own; the rest shares `other` */
  constructor(hooks: Hooks, shelf: MetricShelf, peers: Peers, protocols: Protocols, peerLimit: number) {
    this.#hooks = hooks;
    this.#peers = peers;
    this.#protocols = protocols;
    this.#peerLimit = peerLimit;
    this.#bytes = shelf.register('libp2p_data_transfer_bytes_total', 'counter', {
      help: 'Bytes by protocol and direction; "global" is all that passed the transports.',
      labels: ['protocol'],
    });
    this.#peerBytes = shelf.register('libp2p_peer_bytes_total', 'counter', {
      help: 'Bytes of protocol streams by peer and direction.',
      labels: ['peer', 'direction'],
    });
  }

  connection(connection: MultiaddrConnection): void {
    watchStream(connection, {
      sent: (data) => this.#bytes.add(data.byteLength, 'global sent'),
      received: (data, from) => this.#bytes.add(data.byteLength - from, 'global received'),
    });
  }

  stream(stream: Stream): void {
    const { protocol } = stream;
    const known = Object.hasOwn(this.#protocols, protocol) ? this.#protocols[protocol]! : {};
    const { message = protocol, framing = 'chunk', messages = true } = known;
    let peer: string | undefined;
    const sent = messageCounter(framing);
    const received = messageCounter(framing);
    const pass = (direction: Direction, counter: MessageCounter, data: Passed, from: number): void => {
      peer ??= this.#peers.ofStream(stream);
      this.#count(direction, protocol, peer, data.byteLength - from);
      if (!messages) return;
      const state =
        direction === 'sent' ? this.#hooks.network.messageSent : this.#hooks.network.messageReceived;
      const other = framing === 'chunk' ? undefined : peer;
      counter.pass(data, from, (bytes) =>
        state(other === undefined ? { message, bytes } : { message, bytes, peer: other }),
      );
    };
    watchStream(stream, {
      sent: (data) => pass('sent', sent, data, 0),
      received: (data, from) => pass('received', received, data, from),
    });
  }

  #count(direction: Direction, protocol: string, peer: string | undefined, bytes: number): void {
    this.#bytes.add(bytes, `${protocol} ${direction}`);
    if (peer !== undefined) this.#peerBytes.add(bytes, this.#peerLabel(peer), direction);
  }

  #peerLabel(peer: string): string {
    if (this.#named.has(peer)) return peer;
    if (this.#named.size >= this.#peerLimit) return OTHER;
    this.#named.add(peer);
    return peer;
  }
}
