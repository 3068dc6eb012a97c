/**
 * A day of a network that decides ten views a second, as numbers: about 2,500 series of the kinds a board has, a row every
 * five seconds, archived by the real archive on a clock that stands ready. Histograms are fed observation by
 * observation, so that their sums carry the rounding of floats as those of a real process do.
 */
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { createRandom } from '../../src/base/random.js';
import { Archive } from '../../src/history/archive/archive.js';
import { archiveMetrics } from '../../src/history/archive/catalogue.js';
import type { Workshop } from '../../src/history/archive/jobs.js';
import { silentMeter } from '../../src/journal/meter.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge, histogram } from '../../src/metrics/definition.js';

/** 2026-01-01T00:00:00Z. */
export const DAY_BEGINS_MS = 1_767_225_600_000;
/** Between rows. */
export const INTERVAL_MS = 5_000;

const BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5,
];
const VIEWS_A_ROW = 50;

/** What a row changes. */
type Step = (row: number) => void;

/** A board with its steps. */
function busyBoard(): { board: Board; step: Step } {
  const board = new Board();
  const random = createRandom(11);
  const steps: Step[] = [];
  const about = (mean: number): number => Math.max(0, Math.round(mean + (random.float() - 0.5) * mean * 0.4));
  const validators = Array.from({ length: 16 }, (_, i) => `v${i}`);
  for (let m = 0; m < 6; m++) {
    const family = board.histogram(
      histogram(`h${m}_seconds`, 'H.', BOUNDS, ['validator'], { unit: 'seconds' }),
    );
    const median = 0.002 * 2 ** m;
    for (const validator of validators) {
      const handle = family.at(validator);
      // The rarer kinds: one view in ten, one in a hundred.
      const mean = VIEWS_A_ROW / 10 ** (m % 3);
      steps.push(() => {
        const count = mean < 1 ? Number(random.float() < mean) : about(mean);
        for (let i = 0; i < count; i++) {
          const seconds = median * Math.exp((random.float() + random.float() + random.float() - 1.5) * 1.2);
          handle.observe(Math.round(seconds * 1e6) / 1e6);
        }
      });
    }
  }
  for (let m = 0; m < 30; m++) {
    const family = board.counter(counter(`c${m}_total`, 'C.', ['validator']));
    for (const validator of validators) {
      const handle = family.at(validator);
      const mean = [VIEWS_A_ROW, VIEWS_A_ROW * 900, 3, 0.02, 0][m % 5]!;
      steps.push(() => handle.add(mean < 1 ? Number(random.float() < mean) : about(mean)));
    }
  }
  for (let m = 0; m < 12; m++) {
    const family = board.gauge(gauge(`g${m}`, 'G.', ['validator']));
    for (const validator of validators) {
      const handle = family.at(validator);
      const kind = m % 4;
      steps.push((row) => {
        if (kind === 0) handle.set(row * VIEWS_A_ROW);
        else if (kind === 1) handle.set(Math.round(random.float() * 1000) / 1000);
        else if (kind === 2) handle.set(about(20));
        else handle.set(about(VIEWS_A_ROW) / 7);
      });
    }
  }
  return { board, step: (row) => steps.forEach((one) => one(row)) };
}

/** Rows of a day, or of less. */
export interface ArchivedDay {
  readonly archive: Archive;
  readonly rows: number;
  /** Series in each row. */
  readonly series: number;
  /** Median time that a row held the event loop, milliseconds. */
  readonly medianMs: number;
  /** Rows that held it for more than 20 ms. */
  readonly overLimit: number;
}

/** Archives rows. The archive is left open. */
export async function archiveRows(root: string, rows: number, workshop: Workshop): Promise<ArchivedDay> {
  const { board, step } = busyBoard();
  const clock = new ManualClock(DAY_BEGINS_MS * 1000);
  const nothing = { stop: (): void => undefined };
  const archive = await Archive.open({
    root,
    board,
    target: { job: 'quorumscope', instance: '127.0.0.1:10920' },
    clock: {
      nowUs: () => clock.nowUs(),
      monoUs: () => performance.now() * 1000,
      every: () => nothing,
      after: () => nothing,
    },
    logger: silentLogger,
    intervalUs: INTERVAL_MS * 1000,
    flushIntervalUs: INTERVAL_MS * 1000,
    retention: {
      levels: { samples: Infinity, minutes: Infinity, hours: Infinity },
      viewsMs: Infinity,
      maxBytes: Infinity,
      rules: [],
    },
    workshop,
    meter: () => silentMeter,
  });
  const held = board.histogram(archiveMetrics.sampling).at();
  const times: number[] = [];
  for (let row = 0; row < rows; row++) {
    step(row);
    clock.advance(INTERVAL_MS * 1000);
    const before = held.sum;
    await archive.sample();
    times.push((held.sum - before) * 1000);
    if (row % 12 === 11) await archive.flush();
    // A day passes in seconds: what would be done within the hour is waited for.
    if (row % 720 === 0) await archive.settled();
  }
  await archive.flush();
  await archive.settled();
  times.sort((a, b) => a - b);
  const series = (
    await archive.reader.labelSets({ matchers: [], fromMs: clock.nowUs() / 1000 - 1, toMs: Infinity })
  ).length;
  const overLimit = times.filter((ms) => ms > 20).length;
  return { archive, rows, series, medianMs: times[times.length >>> 1]!, overLimit };
}
