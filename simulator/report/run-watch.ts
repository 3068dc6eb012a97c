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

/** Two who watch the same run. */
export function bothWatch(one: RunWatch | undefined, other: RunWatch | undefined): RunWatch | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    observer: (validator, time) => {
      const [first, second] = [one.observer(validator, time), other.observer(validator, time)];
      const told: Record<string, Statement> = {};
      for (const name of new Set([...Object.keys(first), ...Object.keys(second)]) as Set<keyof Observer>)
        told[name] = (...facts) => {
          (first[name] as Statement | undefined)?.(...facts);
          (second[name] as Statement | undefined)?.(...facts);
        };
      return told;
    },
    committed: (validator, block, time) => {
      one.committed(validator, block, time);
      other.committed(validator, block, time);
    },
  };
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
