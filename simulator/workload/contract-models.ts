/**
 * The contracts that the simulated chain runs, as data: how often each is called and what a call costs. Fuel of a
 * plain transfer is 21,000 (research 4); heavy calls have wide spreads. Traces name contracts by these names.
 */

/** One contract with its only entry point. */
export interface ContractModel {
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

export const contracts: readonly ContractModel[] = [
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

/** Names of the contracts, by position. */
export const contractNames: readonly string[] = contracts.map(({ name }) => name);
