/**
 * A whole sidecar that hears all nodes of a scenario, sampled every second of the time that the events tell, and what
 * its metrics show of a scenario's conditions. It may be restarted in the middle: a condition is then judged over both
 * halves. It never sees the truth.
 */
import { StreamClock, WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Feed } from '../../src/attach/feed.js';
import { RecentWindow } from '../../src/history/recent/recent-window.js';
import { createSidecar, parseConfig, type Sidecar } from '../../src/index.js';
import { PromqlEngine, type MatrixSeries } from '../../src/promql/engine.js';
import type { ResolvedMetricExpectation } from '../../simulator/main.js';
import type { Observer } from './observed-run.js';

const SECOND_US = 1_000_000;
const STEP_MS = 1_000;
const HOUR_MS = 3_600_000;
const MOST_BYTES = 512 * 1024 * 1024;

/** One life of the sidecar. */
interface Life {
  readonly sidecar: Sidecar;
  readonly window: RecentWindow;
  readonly clock: StreamClock;
}

/** Watches the metrics of one run. */
export class MetricConditions implements Observer {
  readonly #lives: Life[] = [];
  readonly #stopped: Promise<unknown>[] = [];
  #current = this.#begin();

  hears(): boolean {
    return true;
  }

  open(node: string): Feed {
    return this.#current.sidecar.openLossless({ door: 'scoreboard', peer: node });
  }

  restart(): void {
    this.#stopped.push(this.#current.sidecar.stop());
    this.#current = this.#begin();
  }

  async end(): Promise<void> {
    await this.#current.sidecar.drained();
    await Promise.all([...this.#stopped, this.#current.sidecar.stop()]);
  }

  /** What is not as the scenario says, in words; empty when all is. */
  async complaints(expected: readonly ResolvedMetricExpectation[]): Promise<string[]> {
    const found: string[] = [];
    for (const expectation of expected) {
      const series = await this.#answers(expectation.query);
      if (typeof series === 'string') found.push(`${expectation.query}: ${series}`);
      else found.push(...complaint(expectation, series));
    }
    return found;
  }

  /** All that the query gave at any second; words where it is no query. */
  async #answers(query: string): Promise<MatrixSeries[] | string> {
    const answers: MatrixSeries[] = [];
    for (const { window, clock } of this.#lives) {
      const { spanMs } = window.size;
      const endMs = Math.floor(clock.nowUs() / 1_000);
      const engine = new PromqlEngine({ source: window, clock: new WallClock() });
      const outcome = await engine.range(query, endMs - spanMs, endMs, STEP_MS);
      if (outcome.status === 'error') return outcome.error;
      if (outcome.value.type === 'matrix') answers.push(...outcome.value.series);
    }
    return answers;
  }

  #begin(): Life {
    const clock = new StreamClock();
    const config = parseConfig({ environment: { QUORUMSCOPE_PROMETHEUS_PROCESS_METRICS: 'false' } });
    const sidecar = createSidecar(config, { clock, logger: silentLogger, serve: false });
    const { board } = sidecar;
    const window = new RecentWindow({
      board,
      target: { job: 'quorumscope', instance: 'scoreboard' },
      windowMs: HOUR_MS,
      maxBytes: MOST_BYTES,
    });
    void sidecar.start();
    clock.every(SECOND_US, () => {
      sidecar.collect();
      window.sample(Math.floor(clock.nowUs() / 1_000));
    });
    const life = { sidecar, window, clock };
    this.#lives.push(life);
    return life;
  }
}

function complaint(expectation: ResolvedMetricExpectation, series: readonly MatrixSeries[]): string[] {
  const { query } = expectation;
  if (expectation.kind === 'never') {
    const [first] = series;
    return first === undefined ? [] : [`never ${query}: held, ${first.labels.key} was ${first.values[0]}`];
  }
  if (series.length === 0) return [`holds ${query}: never held`];
  const { culprits } = expectation;
  if (culprits === undefined) return [];
  const named = [...new Set(series.map(({ labels }) => validatorIn(labels)))].sort();
  return named.join() === [...culprits].sort().join()
    ? []
    : [`holds ${query}: named ${named.join('+')}, expected ${culprits.join('+')}`];
}

/** Whom an answer is about: by name, or by the node whose eyes it has. */
function validatorIn(labels: MatrixSeries['labels']): string {
  return labels.get('validator') || labels.get('node_id').replace('node-', 'validator-');
}
