/** An evaluator of rules over series set by hand, on a manual clock, with everything it told. */
import { ManualClock, WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { Board } from '../../src/metrics/board.js';
import type { Alert } from '../../src/alerts/alert.js';
import { RuleEvaluator } from '../../src/alerts/evaluation/rule-evaluator.js';
import { RuleOutputs } from '../../src/alerts/evaluation/rule-outputs.js';
import { readRuleFiles } from '../../src/alerts/rules/rule-file.js';
import { AlertJournal } from '../../src/alerts/state/alert-journal.js';
import { METRIC_NAME } from '../../src/promql/labels.js';
import { LiveSeries } from './live-series.js';

export interface RuleBenchOptions {
  readonly rules: string;
  /** Where state is kept; none: it is not. */
  readonly folder?: string;
  readonly clock?: ManualClock;
  readonly series?: LiveSeries;
  readonly graceUs?: number;
  /** Told alerts go here. */
  readonly told?: Alert[];
}

export class RuleBench {
  readonly clock: ManualClock;
  readonly series: LiveSeries;
  readonly evaluator: RuleEvaluator;
  readonly told: Alert[];
  readonly board: Board;
  /** While true nothing that is told is heard: the process dies before. */
  isDeaf = false;
  /** Called with a metric's name when its series are asked for; they come when it is done. */
  onSelect: (name: string) => Promise<void> | void = () => undefined;
  readonly #journal: AlertJournal | undefined;

  private constructor(options: RuleBenchOptions, journal: AlertJournal | undefined) {
    this.clock = options.clock ?? new ManualClock();
    this.series = options.series ?? new LiveSeries();
    this.told = options.told ?? [];
    this.board = new Board({ seriesLimit: 10_000, metricSeriesLimit: 1_000 });
    this.#journal = journal;
    this.evaluator = new RuleEvaluator({
      source: {
        select: (request) => {
          const wait = this.onSelect(request.matchers.find(({ name }) => name === METRIC_NAME)?.value ?? '');
          return wait === undefined
            ? this.series.select(request)
            : wait.then(() => this.series.select(request));
        },
        labelSets: (request) => this.series.labelSets(request),
      },
      clock: this.clock,
      wallClock: new WallClock(),
      board: this.board,
      logger: silentLogger,
      listener: { tell: (alerts) => void (this.isDeaf || this.told.push(...alerts)) },
      journal,
      outputs: new RuleOutputs(600_000),
      intervalUs: 1_000_000,
      restartGraceUs: options.graceUs ?? 0,
      externalUrl: 'http://sidecar',
      sample: () => {
        const nowMs = Math.floor(this.clock.nowUs() / 1000);
        this.series.sample(nowMs);
        return nowMs;
      },
    });
  }

  static async start(options: RuleBenchOptions): Promise<RuleBench> {
    const clock = options.clock ?? new ManualClock();
    const { folder } = options;
    const journal = folder === undefined ? undefined : await AlertJournal.open({ folder, clock });
    const bench = new RuleBench({ ...options, clock }, journal);
    bench.evaluator.restore();
    await bench.load(options.rules);
    return bench;
  }

  /** Loads rules, which must be good. */
  async load(text: string): Promise<void> {
    const { groups, problems } = readRuleFiles([{ name: 'test.rules.yml', text }]);
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    await this.evaluator.load(groups);
  }

  /** Goes on by `seconds` and evaluates everything once. */
  async step(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1e6);
    this.evaluator.cycle();
    await this.evaluator.idle();
  }

  /** Every series that rules gave and that has not ended, `name{...} value`. */
  outputs(): string[] {
    return [...this.evaluator.outputs.current()]
      .map(({ labels, value }) => `${labels.toString()} ${value}`)
      .sort();
  }

  /** State of every alert that is not over. */
  states(): string[] {
    return this.evaluator.groups.flatMap(({ runs }) =>
      runs.flatMap(({ instances }) => [...instances.values()].map(({ state }) => state)),
    );
  }

  async close(): Promise<void> {
    await this.evaluator.stop();
    await this.#journal?.close();
  }
}
