/**
 * To which peers a node says it has no connection. A peer of which nothing was said is not in the list:
 * what is not known to be cut off is not called so. Names are those of validators where the node told
 * which validator a peer is.
 */
import type { EventMap } from '../../../events/vocabulary.js';

/** More peers than any validator set has; those that come later are not followed. */
const MOST_PEERS = 4_096;

interface Peer {
  readonly name: string;
  connections: number;
  isCutOff: boolean;
}

/** Connections of one node, by what it states. */
export class Reachability {
  /** Names of those cut off now. Replaced when it changes, so that records can share it. */
  unreachable: readonly string[] = [];
  readonly #peers = new Map<string, Peer>();
  #splitFrom: readonly string[] = [];

  connected({ peer, validator }: EventMap['network.peer_connected']): void {
    const known = this.#peer(peer, validator);
    if (known === undefined) return;
    known.connections++;
    this.#set(known, false);
  }

  disconnected({ peer }: EventMap['network.peer_disconnected']): void {
    const known = this.#peer(peer);
    if (known === undefined) return;
    known.connections = Math.max(0, known.connections - 1);
    if (known.connections === 0) this.#set(known, true);
  }

  failed({ peer }: EventMap['network.connection_failed']): void {
    const known = peer === undefined ? undefined : this.#peer(peer);
    // One more connection to a peer may fail while another stands.
    if (known?.connections === 0) this.#set(known, true);
  }

  /** The node believes to reach only `reachable` of `others`. */
  split(reachable: readonly string[] | undefined, others: readonly string[]): void {
    const reached = new Set(reachable ?? others);
    this.#splitFrom = others.filter((validator) => !reached.has(validator));
    this.#list();
  }

  healed(): void {
    this.#splitFrom = [];
    this.#list();
  }

  /** Another life, or lost events: what was known of connections no longer holds. */
  forget(): void {
    this.#peers.clear();
    this.healed();
  }

  #peer(peer: string, validator?: string): Peer | undefined {
    const known = this.#peers.get(peer);
    const name = validator ?? known?.name ?? peer;
    if (known?.name === name) return known;
    if (known === undefined && this.#peers.size >= MOST_PEERS) return undefined;
    const named = { name, connections: known?.connections ?? 0, isCutOff: known?.isCutOff ?? false };
    this.#peers.set(peer, named);
    return named;
  }

  #set(peer: Peer, isCutOff: boolean): void {
    if (peer.isCutOff === isCutOff) return;
    peer.isCutOff = isCutOff;
    this.#list();
  }

  #list(): void {
    const cutOff = [...this.#peers.values()].filter((peer) => peer.isCutOff).map(({ name }) => name);
    this.unreachable = [...new Set([...cutOff, ...this.#splitFrom])];
  }
}
