/**
 * Who is judged: the sidecar, each chain, each node that is or was attached, found on the board. A node's phase says
 * whether its progress may be judged: one that has just started or is catching up is not failing.
 *
 * Bounded: so many nodes are judged, the first ones heard; the others are told by the metrics alone.
 */
import type { BoardIndex } from './board-index.js';
import type { NodePhase } from './health-report.js';
import { Reading, type KnownNode, type ReadingRoom } from './reading.js';

const MOST_NODES = 256;
const NODES = 'quorumscope_node_connected';

/** Everything that checks are made of. */
export class Subjects {
  readonly sidecar: Reading;
  readonly #room: ReadingRoom;
  readonly #index: BoardIndex;
  readonly #nodes = new Map<string, Reading>();
  readonly #chains = new Map<string, Reading>();

  constructor(room: ReadingRoom) {
    this.#room = room;
    this.#index = room.index;
    this.sidecar = new Reading(room, []);
  }

  get nodes(): Iterable<Reading> {
    return this.#nodes.values();
  }

  get chains(): Iterable<Reading> {
    return this.#chains.values();
  }

  /** Finds who there is now. */
  update(nowUs: number): void {
    this.sidecar.nowUs = nowUs;
    const known = this.#index.series(NODES, []).slice(0, MOST_NODES);
    const byChain = new Map<string, KnownNode[]>();
    const seen = new Set<string>();
    for (const { labelValues, slot } of known) {
      const [chain = '', node = ''] = labelValues;
      const key = `${chain}\0${node}`;
      seen.add(key);
      let read = this.#nodes.get(key);
      if (read === undefined) this.#nodes.set(key, (read = new Reading(this.#room, [chain, node])));
      read.nowUs = nowUs;
      read.phase = this.#phaseOf(read, this.#index.values[slot]! > 0);
      const nodes = byChain.get(chain) ?? [];
      byChain.set(chain, nodes);
      nodes.push({ node, phase: read.phase, read });
      read.nodes = nodes;
    }
    for (const key of this.#nodes.keys()) if (!seen.has(key)) this.#nodes.delete(key);
    this.#updateChains(byChain, nowUs);
  }

  #updateChains(byChain: ReadonlyMap<string, readonly KnownNode[]>, nowUs: number): void {
    for (const [chain, nodes] of byChain) {
      let read = this.#chains.get(chain);
      if (read === undefined) this.#chains.set(chain, (read = new Reading(this.#room, [chain])));
      read.nowUs = nowUs;
      read.nodes = nodes;
    }
    for (const chain of this.#chains.keys()) if (!byChain.has(chain)) this.#chains.delete(chain);
  }

  #phaseOf(read: Reading, isConnected: boolean): NodePhase {
    if (!isConnected) return 'gone';
    if (read.gauge('hotstuff_consensus_syncing') === 1) return 'syncing';
    const upSeconds = read.age('hotstuff_process_start_timestamp_seconds');
    const grace = this.#room.thresholds['restart_grace'] ?? 0;
    return upSeconds !== undefined && upSeconds < grace ? 'starting' : 'running';
  }
}
