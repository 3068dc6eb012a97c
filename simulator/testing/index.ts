/**
 * Package entry `quorumscope/testing`: what a node author's own test suite may rely on, under vitest, node:test or any
 * other runner. No test framework is imported; what does not hold throws an error that says what was found,
 * what was expected, and how to see it again. docs/TESTING.md describes each function.
 */
export { createTestCollector, type TestCollector, type TestCollectorOptions } from './test-collector.js';
export { recordingOf, type RecordedEvent } from './event-log.js';
export type { LabelFilter, Reading, Readings } from './readings.js';
export type { Losses } from './losses.js';
export { assertMetricsRecorded, type ExpectedMetric, type MetricsSource } from './expected-metric.js';
export {
  networkConditions,
  type NetworkConditions,
  type NetworkConditionsName,
  type Split,
} from './network-conditions.js';
export {
  simulateConsensusLoad,
  type ConsensusLoad,
  type LoadPace,
  type LoadReport,
  type LoadTarget,
} from './consensus-load.js';
export type { ScenarioOptions } from './scenario-options.js';
export {
  assertNoViolations,
  runScenario,
  type ScenarioRun,
  type ScenarioRunOptions,
  type Violation,
} from './scenario.js';
export type { ValidatorCounts } from './truth-counts.js';
export {
  assertSameBoard,
  clockDependent,
  compareBoards,
  type BoardDifference,
  type CompareOptions,
} from './boards.js';
export { readMetricsPage, type MetricsPage, type PageFamily, type PageSample } from './page-reader.js';
export { assertCheck, type CheckReport } from './checks/report.js';
export { checkHighThroughput, type HighThroughputOptions } from './checks/high-throughput.js';
export { checkLargeScale, type LargeScaleOptions } from './checks/large-scale.js';
export { checkOverhead, type OverheadOptions } from './checks/overhead.js';
export { checkAccuracy, type AccuracyOptions } from './checks/accuracy.js';
export {
  checkPrometheusExport,
  type ExportedPage,
  type PrometheusExportOptions,
} from './checks/prometheus-export.js';
export { isFaultLine, readTransactionTrace, TransactionTrace, type TracedTransaction } from '../main.js';
export type {
  DeedLine,
  Fault,
  FaultLine,
  NodeIdentity,
  SimulatedNodeHooks,
  SimulationOptions,
  SimulationResult,
  TruthLine,
  ViewLine,
  ViolationLine,
} from '../main.js';
export { ManualClock, parseConfig, QuorumscopeError, StreamClock } from '../../src/index.js';
