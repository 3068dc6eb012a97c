/**
 * The contracts that the simulated chain runs, and what a transaction costs. Everything about a
 * transaction follows from its number and the seed, so that all nodes agree without storing it.
 * Fuel of a plain transfer is 21,000 and a machine runs 600 fuel per microsecond (research 4:
 * 0.6 Gfuel/s on commodity hardware); sizes are spread around 512 bytes.
 */

/** Fuel per microsecond of one executor. */
export const FUEL_PER_US = 600;

/** What a block may use. */
export const BLOCK_FUEL_LIMIT = 60_000_000;

interface ContractModel {
  readonly name: string;
  readonly entry: string;
  /** Share of all transactions; the shares add up to 1. */
  readonly share: number;
  readonly fuel: number;
  /** Fuel varies by this factor at most, up and down. */
  readonly spread: number;
  /** Share of calls that revert. */
  readonly reverts: number;
  /** Share of calls that run out of fuel. */
  readonly runsOut: number;
  /** Storage keys read and written. */
  readonly reads: number;
  readonly writes: number;
  readonly codeBytes: number;
}

const contracts: readonly ContractModel[] = [
  c('token', 'transfer', 0.6, 21_000, 1, 0.002, 0, 2, 2, 9_200),
  c('exchange', 'swap', 0.22, 118_000, 1.6, 0.03, 0.002, 6, 4, 41_800),
  c('registry', 'register', 0.1, 64_000, 1.2, 0.01, 0, 3, 3, 15_300),
  c('oracle', 'report', 0.05, 45_000, 1.1, 0, 0, 2, 1, 12_100),
  c('bridge', 'settle', 0.03, 410_000, 3, 0.02, 0.02, 14, 9, 88_400),
];

function c(
  name: string,
  entry: string,
  share: number,
  fuel: number,
  spread: number,
  reverts: number,
  runsOut: number,
  reads: number,
  writes: number,
  codeBytes: number,
): ContractModel {
  return { name, entry, share, fuel, spread, reverts, runsOut, reads, writes, codeBytes };
}

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

/** Everything about the transactions of one run. */
export class TransactionModel {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Name of a transaction, as clients see it. */
  id(transaction: number): string {
    const word = (salt: number): string => this.#word(transaction, salt).toString(16).padStart(8, '0');
    return `0x${word(11)}${word(12)}${word(13)}${word(14)}`;
  }

  /** Size on the wire: between 256 and 768 bytes. */
  bytes(transaction: number): number {
    return 256 + (this.#word(transaction, 1) % 513);
  }

  /** Fuel that it uses. */
  fuel(transaction: number): number {
    const contract = this.#contract(transaction);
    const swing = 2 * this.#unit(transaction, 3) - 1;
    return Math.round(contract.fuel * contract.spread ** swing);
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
