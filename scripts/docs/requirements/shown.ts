/**
 * The test files that requirements point to, by what they show: a moved test is mended here once.
 * Every path must exist; test/tidy/requirements.test.ts checks it.
 */
export const shown = {
  accounting: 'test/contract/accounting.test.ts',
  board: 'test/unit/metrics/board.test.ts',
  catalogue: 'test/tidy/generated-docs.test.ts',
  clock: 'test/unit/base/clock.test.ts',
  collector: 'test/unit/metrics/collector.test.ts',
  config: 'test/unit/config/parse.test.ts',
  metricsConfig: 'test/unit/config/metrics-config.test.ts',
  consensus: 'test/unit/domains/consensus.test.ts',
  custom: 'test/unit/domains/custom.test.ts',
  decode: 'test/unit/events/decode.test.ts',
  definition: 'test/unit/metrics/definition.test.ts',
  house: 'test/tidy/house.test.ts',
  derived: 'test/unit/domains/derived.test.ts',
  domains: 'test/unit/domains/registry.test.ts',
  execution: 'test/unit/domains/execution.test.ts',
  exposition: 'test/contract/exposition.test.ts',
  hooks: 'test/unit/hooks/hooks.test.ts',
  intake: 'test/unit/intake/intake.test.ts',
  mempool: 'test/unit/domains/mempool.test.ts',
  network: 'test/unit/domains/network.test.ts',
  process: 'test/unit/domains/process.test.ts',
  requirements: 'test/tidy/requirements.test.ts',
  server: 'test/unit/server/server.test.ts',
  sketch: 'test/unit/metrics/exponential-histogram.test.ts',
  state: 'test/unit/domains/state.test.ts',
  storage: 'test/unit/domains/storage.test.ts',
} as const;
