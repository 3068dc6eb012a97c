/**
 * Metrics that libp2p computes when asked: asked once before each statement. Several parts of libp2p may
 * register one name, each with its own calculation: their numbers are added, their keys united. A
 * calculation that fails is counted; one that has not answered yet is not asked again.
 */
import type { CalculateMetric } from '@libp2p/interface';
import type { Shelved } from './metric-shelf.js';

type Answer = number | Record<string, number>;
type Calculation = CalculateMetric | CalculateMetric<Record<string, number>>;

interface Asked {
  readonly calculate: Calculation;
  isPending: boolean;
  answer: Answer | undefined;
}

/** All calculated metrics of one node. */
export class CalculatedMetrics {
  readonly #metrics = new Map<Shelved, Asked[]>();
  readonly #failed: () => void;

  /** @param failed called for each calculation that throws or rejects */
  constructor(failed: () => void) {
    this.#failed = failed;
  }

  add(metric: Shelved, calculate: Calculation): void {
    const asked: Asked = { calculate, isPending: false, answer: undefined };
    const others = this.#metrics.get(metric);
    if (others === undefined) this.#metrics.set(metric, [asked]);
    else others.push(asked);
  }

  /**
   * Asks all calculations, and shows the answers that there are: those that come later are shown with
   * the next statement.
   */
  show(): void {
    for (const [metric, all] of this.#metrics) {
      for (const asked of all) this.#ask(asked);
      if (metric.declaration.kind === 'histogram' || metric.declaration.kind === 'summary')
        observe(metric, all);
      else showSum(metric, all);
    }
  }

  #ask(asked: Asked): void {
    if (asked.isPending) return;
    try {
      const answer = asked.calculate();
      if (!(answer instanceof Promise)) {
        asked.answer = answer;
        return;
      }
      asked.isPending = true;
      answer
        .then((late: Answer) => (asked.answer = late), this.#failed)
        .finally(() => (asked.isPending = false));
    } catch {
      this.#failed();
    }
  }
}

function showSum(metric: Shelved, all: readonly Asked[]): void {
  const sums = new Map<string | undefined, number>();
  for (const { answer } of all)
    for (const [key, value] of entriesOf(answer)) sums.set(key, (sums.get(key) ?? 0) + value);
  // A key that a calculation no longer names stands at nothing, not where it last stood.
  metric.reset();
  for (const [key, sum] of sums) metric.set(sum, ...(key === undefined ? [] : [key]));
}

function observe(metric: Shelved, all: readonly Asked[]): void {
  for (const asked of all) {
    for (const [key, value] of entriesOf(asked.answer))
      metric.observe(value, ...(key === undefined ? [] : [key]));
    asked.answer = undefined;
  }
}

function entriesOf(answer: Answer | undefined): readonly (readonly [string | undefined, number])[] {
  if (answer === undefined || answer === null) return [];
  return typeof answer === 'number' ? [[undefined, answer]] : Object.entries(answer);
}
