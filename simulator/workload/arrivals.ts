/**
 * When the next transaction comes: a Poisson stream, bursts of one, or the rows of a trace. Clients send each to all
 * validators at once, as BFT clients do. All chance is the given stream's; a flash crowd makes time run faster here.
 *
 *   Poisson   independent arrivals at the mean rate
 *   bursts    on and off in turn, each for an exponential time (a Markov-modulated Poisson process): all of the mean
 *             rate comes while on, but for a share that goes on while off
 *   trace     as it was recorded; after its last row nothing comes
 */
import type { Random } from '../../src/base/random.js';
import type { TransactionTrace } from './transaction-trace.js';

/** Bursts: the mean lengths of their phases. */
export interface Bursts {
  readonly onUs: number;
  readonly offUs: number;
  /** Rate while off, as a share of the mean rate; 0 by default. */
  readonly quiet?: number | undefined;
}

/** Where submissions come from. */
export interface Arrivals {
  /**
   * Time from the last submission, or the start, to the next one, whole microseconds; undefined: none comes any more.
   * @param crowd how many times as much clients submit now
   */
  nextUs(crowd: number): number | undefined;
}

/** What arrivals are made from; exactly one of rate and trace is there. */
interface ArrivalChoice {
  readonly transactionsPerSecond?: number | undefined;
  readonly bursts?: Bursts | undefined;
  readonly trace?: TransactionTrace | undefined;
}

/** The arrivals of one run. */
export function arrivalsOf(choice: ArrivalChoice, random: Random): Arrivals {
  const { transactionsPerSecond = 1, bursts, trace } = choice;
  if (trace !== undefined) return new TraceArrivals(trace);
  if (bursts !== undefined) return new BurstArrivals(random, transactionsPerSecond, bursts);
  return { nextUs: (crowd) => waitUs(random, crowd * transactionsPerSecond) };
}

/** Whole microseconds to the next event of a Poisson process. */
function waitUs(random: Random, perSecond: number): number {
  return Math.max(1, Math.round(exponentialUs(random, 1_000_000 / perSecond)));
}

function exponentialUs(random: Random, meanUs: number): number {
  return -Math.log(1 - random.float()) * meanUs;
}

/** On and off in turn. */
class BurstArrivals implements Arrivals {
  readonly #random: Random;
  readonly #bursts: Bursts;
  readonly #onPerSecond: number;
  readonly #offPerSecond: number;
  #isOn: boolean;
  #leftUs: number;

  constructor(random: Random, perSecond: number, bursts: Bursts) {
    const { onUs, offUs, quiet = 0 } = bursts;
    this.#random = random;
    this.#bursts = bursts;
    this.#offPerSecond = quiet * perSecond;
    this.#onPerSecond = (perSecond * (onUs + offUs - quiet * offUs)) / onUs;
    // The process is in each phase as often as it is long.
    this.#isOn = random.float() < onUs / (onUs + offUs);
    this.#leftUs = exponentialUs(random, this.#isOn ? onUs : offUs);
  }

  nextUs(crowd: number): number {
    let passedUs = 0;
    for (;;) {
      const perSecond = crowd * (this.#isOn ? this.#onPerSecond : this.#offPerSecond);
      const inUs =
        perSecond > 0 ? exponentialUs(this.#random, 1_000_000 / perSecond) : Number.POSITIVE_INFINITY;
      if (inUs <= this.#leftUs) {
        this.#leftUs -= inUs;
        return Math.max(1, Math.round(passedUs + inUs));
      }
      // Without memory: what was drawn for this phase says nothing about the next.
      passedUs += this.#leftUs;
      this.#isOn = !this.#isOn;
      this.#leftUs = exponentialUs(this.#random, this.#isOn ? this.#bursts.onUs : this.#bursts.offUs);
    }
  }
}

class TraceArrivals implements Arrivals {
  readonly #trace: TransactionTrace;
  #next = 0;

  constructor(trace: TransactionTrace) {
    this.#trace = trace;
  }

  nextUs(crowd: number): number | undefined {
    const atUs = this.#trace.atUs(this.#next);
    if (atUs === undefined) return undefined;
    const beforeUs = this.#next === 0 ? 0 : (this.#trace.atUs(this.#next - 1) ?? 0);
    this.#next++;
    return Math.round((atUs - beforeUs) / crowd);
  }
}
