/**
 * Hears what the replicas of a run state, beside the checkers and the tally: for pictures and for
 * coverage. It changes nothing of the run; a run that nobody watches pays nothing for it.
 */
import type { Block } from '../protocol/block.js';
import type { Observer } from '../protocol/effects.js';

/** Tells virtual time, microseconds from the start of the run. */
export interface RunTime {
  readonly nowUs: number;
}

/** Somebody who watches a run. */
export interface RunWatch {
  /** What to tell of one validator; asked for at every start of its process. */
  observer(validator: number, time: RunTime): Partial<Observer>;
  /** A validator committed a block. */
  committed(validator: number, block: Block, time: RunTime): void;
}

type Statement = (...facts: unknown[]) => void;

/** An observer that tells `witness` everything, and then `watch` what it wants to hear. */
export function alsoTell(witness: Observer, watch: Partial<Observer>): Observer {
  const told: Record<string, Statement> = {};
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(witness)) as (keyof Observer)[]) {
    const first = (witness[name] as Statement).bind(witness);
    const second = watch[name] as Statement | undefined;
    told[name] =
      second === undefined
        ? first
        : (...facts) => {
            first(...facts);
            second(...facts);
          };
  }
  return told as unknown as Observer;
}
