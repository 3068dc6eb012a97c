/** A history in memory, and analytics over it. */
import { Analytics } from '../../../src/analytics/analytics.js';
import { WallClock } from '../../../src/base/clock.js';
import type { Labels } from '../../../src/promql/labels.js';
import type { SelectRequest } from '../../../src/promql/series.js';
import { MemorySeries } from '../../support/memory-series.js';

export class MemoryHistory extends MemorySeries {
  labelSets(request: SelectRequest): readonly Labels[] {
    const { fromMs, toMs } = request;
    return this.select(request)
      .filter(({ times }) => times.some((time) => time >= fromMs && time <= toMs))
      .map(({ labels }) => labels);
  }
}

export const NOW_MS = 1_735_700_000_000;

export function analyticsOver(source: MemoryHistory): Analytics {
  const clock = new WallClock();
  return new Analytics({ source, dataClock: { nowUs: () => NOW_MS * 1000 }, wallClock: clock });
}
