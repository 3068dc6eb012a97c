/**
 * The status document: what is attached and how it is doing, read from the board and the intake. The
 * accounts are those of the metrics, so that page and document cannot disagree.
 */
import { commitMetrics } from './domains/consensus/commit-metrics.js';
import { viewMetrics } from './domains/consensus/view-metrics.js';
import { intakeMetrics } from './intake/catalogue.js';
import type { IntakeStatus } from './intake/intake.js';
import type { Board, FamilyView } from './metrics/board.js';
import type { MetricDefinition } from './metrics/definition.js';
import type { Series } from './metrics/series.js';
import { VERSION } from './version.js';

/** One attached or formerly attached node. */
export interface NodeStatus {
  readonly node: string;
  readonly connected: boolean;
  readonly run: string | null;
  readonly height: number | null;
  readonly view: number | null;
  readonly last_commit_timestamp_seconds: number | null;
}

/** The account of one node at one door. */
export interface SourceStatus {
  readonly source: string;
  readonly node_id: string;
  readonly received: number;
  readonly processed: number;
  readonly duplicate: number;
  readonly unknown: number;
  readonly dropped: number;
  readonly invalid: number;
  readonly pending: number;
  /** Events known to be absent, of this node at any door. */
  readonly missing: number;
}

/** The body of `/api/quorumscope/v1/status`. */
export interface SidecarStatus {
  readonly version: string;
  readonly started_at_us: number;
  readonly uptime_seconds: number;
  readonly profile: string;
  readonly chains: readonly { readonly chain: string; readonly nodes: readonly NodeStatus[] }[];
  readonly sources: readonly SourceStatus[];
}

/** What the document is made of. */
export interface StatusInput {
  readonly board: Board;
  readonly intake: IntakeStatus;
  readonly profile: string;
  readonly startedAtUs: number;
  readonly uptimeUs: number;
}

/** The document as of now. */
export function statusOf({ board, intake, profile, startedAtUs, uptimeUs }: StatusInput): SidecarStatus {
  const read = new BoardReader(board);
  const chains = new Map<string, NodeStatus[]>();
  for (const { chain, node, run, connections } of intake.nodes) {
    const nodes = chains.get(chain) ?? [];
    chains.set(chain, nodes);
    const gauge = (definition: MetricDefinition): number | null =>
      read.value(definition, [chain, node]) ?? null;
    nodes.push({
      node,
      connected: connections > 0,
      run,
      height: gauge(commitMetrics.committedHeight),
      view: gauge(viewMetrics.currentView),
      last_commit_timestamp_seconds: gauge(commitMetrics.lastCommit),
    });
  }
  return {
    version: VERSION,
    started_at_us: startedAtUs,
    uptime_seconds: uptimeUs / 1e6,
    profile,
    chains: [...chains].map(([chain, nodes]) => ({ chain, nodes })),
    sources: sourcesOf(read),
  };
}

/** One row per (door, node) that ever received a line. */
function sourcesOf(read: BoardReader): SourceStatus[] {
  return read.series(intakeMetrics.received).map((series) => {
    const [source = '', node = ''] = series.labelValues;
    const sum = (definition: MetricDefinition): number => read.sum(definition, [source, node]);
    const received = sum(intakeMetrics.received);
    const decided = {
      processed: sum(intakeMetrics.processed),
      duplicate: sum(intakeMetrics.duplicate),
      unknown: sum(intakeMetrics.unknown),
      dropped: sum(intakeMetrics.dropped),
      invalid: sum(intakeMetrics.invalid),
    };
    const pending = Object.values(decided).reduce((left, count) => left - count, received);
    return {
      source,
      node_id: node,
      received,
      ...decided,
      pending,
      missing: read.sum(intakeMetrics.missing, [node]),
    };
  });
}

/** Values of the board by definition and leading label values. */
class BoardReader {
  readonly #board: Board;
  readonly #families: ReadonlyMap<string, FamilyView>;

  constructor(board: Board) {
    this.#board = board;
    board.refresh();
    this.#families = new Map(board.families().map((family) => [family.definition.name, family]));
  }

  series(definition: MetricDefinition): readonly Series[] {
    return this.#families.get(this.#board.declared(definition.name)?.name ?? '')?.series ?? [];
  }

  /** The sum over the series that begin with these label values. */
  sum(definition: MetricDefinition, leading: readonly string[]): number {
    return this.#matching(definition, leading).reduce(
      (sum, { slot }) => sum + this.#board.slots.values[slot]!,
      0,
    );
  }

  /** The one value with these label values, undefined while absent. */
  value(definition: MetricDefinition, leading: readonly string[]): number | undefined {
    const [series] = this.#matching(definition, leading);
    return series && this.#board.slots.values[series.slot];
  }

  #matching(definition: MetricDefinition, leading: readonly string[]): Series[] {
    return this.series(definition).filter(({ labelValues }) =>
      leading.every((value, i) => labelValues[i] === value),
    );
  }
}

/** What whoever reads the page by eye should know first. @param address where nodes can attach */
export function noticesOf({ sources }: IntakeStatus, address: string | undefined): readonly string[] {
  if (sources.some(({ connections }) => connections > 0)) return [];
  const advice =
    address === undefined
      ? ''
      : `: start the node with QUORUMSCOPE_EVENTS=${address}, or see docs/PROTOCOL.md`;
  return [`Nothing is attached${advice}`];
}
