/**
 * Loses event lines between a node's hooks and the sidecar, as a full buffer or a broken connection does: whole
 * lines, whose sequence numbers the others step over, so that the gap can be seen. The nodes never notice. The
 * draws are the seed's, one stream for each node.
 */
import { createRandom, type Random } from '../../src/base/random.js';

/** What happens to the sidecar, or to events on their way to it; times from the start of the run. */
export type SidecarFault =
  | {
      readonly kind: 'event_loss';
      /** Node ids. */
      readonly nodes: readonly string[];
      /** Share of lines that are lost. */
      readonly ratio: number;
      readonly fromUs: number;
      /** May be infinite. */
      readonly untilUs: number;
    }
  /** Left to whoever runs the sidecar. */
  | { readonly kind: 'restart'; readonly atUs: number };

/** Decides line by line. */
export class EventLoss {
  readonly #losses: readonly Extract<SidecarFault, { kind: 'event_loss' }>[];
  readonly #seed: number;
  readonly #draws = new Map<string, Random>();
  #lost = 0;

  constructor(faults: readonly SidecarFault[], seed: number) {
    this.#losses = faults.filter((fault) => fault.kind === 'event_loss');
    this.#seed = seed;
  }

  /** Whether anything can be lost at all. */
  get none(): boolean {
    return this.#losses.length === 0;
  }

  /** Lines lost so far. */
  get lost(): number {
    return this.#lost;
  }

  /**
   * Whether the next line of `node` is lost; to be asked once for each.
   * @param virtualUs virtual time, microseconds from the start of the run
   */
  loses(node: string, virtualUs: number): boolean {
    for (const { nodes, ratio, fromUs, untilUs } of this.#losses) {
      if (virtualUs < fromUs || virtualUs >= untilUs || !nodes.includes(node)) continue;
      if (this.#drawsOf(node).float() >= ratio) continue;
      this.#lost++;
      return true;
    }
    return false;
  }

  #drawsOf(node: string): Random {
    let draws = this.#draws.get(node);
    if (draws === undefined) {
      draws = createRandom(this.#seed, `event loss/${node}`);
      this.#draws.set(node, draws);
    }
    return draws;
  }
}
