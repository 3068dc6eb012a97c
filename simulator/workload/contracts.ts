/**
 * What a transaction is and costs. Everything about it follows from its number and the seed, or from the trace that
 * it comes from, so that all nodes agree without storing it. A machine runs 600 fuel per microsecond (research 4:
 * 0.6 Gfuel/s on commodity hardware); sizes are spread around 512 bytes, fees and senders have heavy tails.
 */
import { contracts, type ContractModel } from './contract-models.js';
import type { TransactionTrace } from './transaction-trace.js';

/** Fuel per microsecond of one executor. */
export const FUEL_PER_US = 600;

/** What a block may use. */
export const BLOCK_FUEL_LIMIT = 60_000_000;

/** What executing one transaction does. */
export interface Execution {
  readonly contract: string;
  readonly entry: string;
  readonly codeBytes: number;
  readonly outcome: 'ok' | 'revert' | 'out_of_fuel';
  readonly fuel: number;
  readonly fuelLimit: number;
  /** Fuel by class; adds up to `fuel`. */
  readonly fuelByClass: { compute: number; storage_read: number; storage_write: number; crypto: number };
  readonly durationUs: number;
  readonly reads: number;
  readonly writes: number;
  /** Highest memory of the call. */
  readonly memoryBytes: number;
}

/** Senders of transactions that no trace names: the k-th as often as 1/k, about. */
const SENDERS = 1_000;

/** Fees per unit of fuel, from 1; half of them are below 32. */
const MOST_FEE = 1_000;

/** Everything about the transactions of one run. */
export class TransactionModel {
  readonly #seed: number;
  readonly #trace: TransactionTrace | undefined;

  /** @param trace whose rows are the transactions, from number 1 */
  constructor(seed: number, trace?: TransactionTrace) {
    this.#seed = seed;
    this.#trace = trace;
  }

  /** Name of a transaction, as clients see it. */
  id(transaction: number): string {
    const word = (salt: number): string => this.#word(transaction, salt).toString(16).padStart(8, '0');
    return `0x${word(11)}${word(12)}${word(13)}${word(14)}`;
  }

  /** Size on the wire: between 256 and 768 bytes unless a trace says otherwise. */
  bytes(transaction: number): number {
    return this.#trace?.bytes(transaction - 1) ?? 256 + (this.#word(transaction, 1) % 513);
  }

  /** Fuel that it uses. */
  fuel(transaction: number): number {
    const traced = this.#trace?.fuel(transaction - 1);
    if (traced !== undefined) return traced;
    const contract = this.#contract(transaction);
    const swing = 2 * this.#unit(transaction, 3) - 1;
    return Math.round(contract.fuel * contract.spread ** swing);
  }

  /** What it pays for each unit of fuel: from 1 to 1,000, log-uniform. */
  fee(transaction: number): number {
    return this.#trace?.fee(transaction - 1) ?? Math.floor(MOST_FEE ** this.#unit(transaction, 5));
  }

  /** Who sends it, as a number. */
  sender(transaction: number): number {
    return this.#trace?.sender(transaction - 1) ?? Math.floor(SENDERS ** this.#unit(transaction, 6));
  }

  /** What executing it does. */
  execution(transaction: number): Execution {
    const contract = this.#contract(transaction);
    const fuel = this.fuel(transaction);
    const chance = this.#unit(transaction, 4);
    const outcome =
      chance < contract.runsOut
        ? 'out_of_fuel'
        : chance < contract.runsOut + contract.reverts
          ? 'revert'
          : 'ok';
    const writes = outcome === 'ok' ? contract.writes : 0;
    const storageRead = Math.min(contract.reads * 2100, Math.floor(fuel * 0.3));
    const storageWrite = Math.min(contract.writes * 5000, Math.floor(fuel * 0.4));
    const crypto = Math.min(3000, Math.floor(fuel * 0.1));
    return {
      contract: contract.name,
      entry: contract.entry,
      codeBytes: contract.codeBytes,
      outcome,
      fuel,
      fuelLimit: outcome === 'out_of_fuel' ? fuel : Math.ceil(fuel * 1.3),
      fuelByClass: {
        compute: fuel - storageRead - storageWrite - crypto,
        storage_read: storageRead,
        storage_write: storageWrite,
        crypto,
      },
      durationUs: fuel / FUEL_PER_US,
      reads: contract.reads,
      writes,
      memoryBytes: 65_536 * (1 + Math.floor(fuel / 100_000)),
    };
  }

  #contract(transaction: number): ContractModel {
    const traced = contracts[this.#trace?.contract(transaction - 1) ?? -1];
    if (traced !== undefined) return traced;
    let at = this.#unit(transaction, 2);
    for (const contract of contracts) {
      if (at < contract.share) return contract;
      at -= contract.share;
    }
    return contracts[0] as ContractModel;
  }

  #unit(transaction: number, salt: number): number {
    return this.#word(transaction, salt) / 4294967296;
  }

  /** 32 bits that depend on seed, transaction and salt (murmur3's finaliser). */
  #word(transaction: number, salt: number): number {
    let z =
      (Math.imul(this.#seed, 0x9e3779b1) ^ Math.imul(transaction, 0x85ebca77)) + Math.imul(salt, 0xc2b2ae3d);
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }
}
