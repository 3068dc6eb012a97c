/**
 * The validator set with its voting power, and the two thresholds that the protocol knows. Validators
 * are positions 0..size-1 here; names belong to the node. A position without power is not of the set,
 * and counts for nothing. Equal powers give q = floor(2n/3) + 1 and
 * f + 1 = n - q + 1 (research 0, weighted: strictly more than two thirds of the power).
 */
import { countSigners, hasSigner, type Signers } from './signers.js';

/** An immutable set of validators. */
export class Committee {
  /** Positions, whether of the set or not. */
  readonly size: number;
  /** The positions of the set, ascending. */
  readonly members: readonly number[];
  readonly totalPower: number;
  /** Power that a certificate needs. */
  readonly quorumPower: number;
  /** The smallest power that must contain one honest validator if at most a third is faulty. */
  readonly weakPower: number;
  /** How many validators it takes to be sure of an honest one: f + 1. */
  readonly weakSize: number;
  /** However they are chosen, so many validators hold less than the power that blocks a quorum. */
  readonly mostFaulty: number;
  /** Voting power by position. */
  readonly powers: readonly number[];
  readonly #equal: boolean;
  // All receivers of a proposal judge the same certificate one after the other.
  #judged: Signers | undefined;
  #judgement = false;

  /**
   * @param powers voting power by position, integers; 0: not of the set
   * @param quorumPower only for negative controls, which show that a checker notices a wrong quorum
   */
  constructor(powers: readonly number[], quorumPower?: number) {
    this.powers = powers;
    this.size = powers.length;
    this.members = [...powers.keys()].filter((position) => powers[position] !== 0);
    this.totalPower = powers.reduce((sum, power) => sum + power, 0);
    this.quorumPower = quorumPower ?? Math.floor((2 * this.totalPower) / 3) + 1;
    this.weakPower = this.totalPower - this.quorumPower + 1;
    const blocking = this.totalPower - Math.floor((2 * this.totalPower) / 3);
    const ascending = powers.filter((power) => power > 0).sort((a, b) => a - b);
    this.weakSize = fittingBelow(ascending, blocking) + 1;
    this.mostFaulty = fittingBelow(ascending.reverse(), blocking);
    this.#equal = powers.every((power) => power === 1);
  }

  /** Voting power of one validator. */
  powerOf(validator: number): number {
    return this.powers[validator] ?? 0;
  }

  /** Whether `validator` is one of the committee. */
  includes(validator: number): boolean {
    return this.powerOf(validator) > 0;
  }

  /** The power of a set of signers. */
  powerOfAll(signers: Signers): number {
    if (this.#equal) return countSigners(signers, this.size);
    let power = 0;
    for (let validator = 0; validator < this.size; validator++)
      if (hasSigner(signers, validator)) power += this.powerOf(validator);
    return power;
  }

  /** Whether the signers of a certificate, which never change, are enough. */
  isQuorum(signers: Signers): boolean {
    if (signers !== this.#judged) {
      this.#judged = signers;
      this.#judgement = this.powerOfAll(signers) >= this.quorumPower;
    }
    return this.#judgement;
  }
}

/** `size` validators of power 1. */
export function equalCommittee(size: number): Committee {
  return new Committee(new Array<number>(size).fill(1));
}

/** How many powers, taken in order, sum up to less than `limit`. */
function fittingBelow(powers: readonly number[], limit: number): number {
  let sum = 0;
  let count = 0;
  for (const power of powers) {
    sum += power;
    if (sum >= limit) break;
    count++;
  }
  return count;
}
