/**
 * What is concluded of bundled scenarios, as digests: every record whenever it is closed or amended, every verdict and
 * finding, and the whole board every five seconds, by all nodes and by one. Whoever makes the domains cheaper runs it
 * on two commits and compares: `npx tsx scripts/scoreboard/conclusions.ts [SCENARIO...]`. It judges nothing.
 */
import { createHash } from 'node:crypto';
import { loadScenario, simulationOf } from '../../simulator/main.js';
import { StreamClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { ConsensusWatch } from '../../src/domains/consensus/watch.js';
import { DomainRegistry } from '../../src/domains/registry.js';
import type { Feed } from '../../src/attach/feed.js';
import { Intake } from '../../src/intake/intake.js';
import { Board } from '../../src/metrics/board.js';
import { observe, type Observer } from './observed-run.js';

const VIEWS = 120;
const SEED = 7;
const TICK_US = 1_000_000;
const TICKS_PER_PAGE = 5;
const WINDOW_US = 60_000_000;
const AFTERWARDS_US = 60_000_000;

const usual = [
  '01a-leader-crash',
  '01c-leader-crash-basic',
  '02-rolling-crashes',
  '05a-even-split',
  '08a-message-loss',
  '09-duplicates-and-reordering',
  '11-equivocating-leader',
  '12-double-voting',
  '15-tail-fork',
  '17-view-spam',
  '20a-storage-stall',
  '22-restart-and-catch-up',
  '24-validator-set-change',
  '25-more-than-f-byzantine',
  '28b-event-gap-and-restart',
];

/** Everything that one observer says, in order. */
class Conclusions implements Observer {
  readonly #only: number | undefined;
  readonly #digest = createHash('sha256');
  readonly #counts: Record<string, number> = {};
  readonly #stopped: Promise<unknown>[] = [];
  #board = new Board();
  #clock = new StreamClock();
  #intake: Intake;

  /** @param only position of the one node that is heard; all by default */
  constructor(only?: number) {
    this.#only = only;
    this.#intake = this.#begin();
  }

  hears(node: number): boolean {
    return this.#only === undefined || this.#only === node;
  }

  open(node: string): Feed {
    return this.#intake.openLossless({ door: 'conclusions', peer: node });
  }

  restart(): void {
    this.#stopped.push(this.#intake.stop());
    this.#intake = this.#begin();
  }

  async end(): Promise<void> {
    await this.#intake.stop();
    await Promise.all(this.#stopped);
    this.#clock.advance('afterwards', this.#clock.nowUs() + AFTERWARDS_US);
    this.#page();
  }

  /** A digest of all that was said, and how much it was. */
  text(): string {
    return `${this.#digest.digest('hex').slice(0, 16)} ${JSON.stringify(this.#counts)}`;
  }

  #say(what: string, value: unknown): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
    this.#digest.update(`${what} ${JSON.stringify(value)}\n`);
  }

  #page(): void {
    const { values, families } = this.#board.snapshot();
    const series = families.flatMap(({ definition: { name }, series: all }) =>
      all.map(({ labelValues, slot, width }) => [name, labelValues, ...values.slice(slot, slot + width)]),
    );
    this.#say('boards', series.map((one) => JSON.stringify(one)).sort());
  }

  #begin(): Intake {
    const board = (this.#board = new Board());
    const clock = (this.#clock = new StreamClock());
    const consensus = new ConsensusWatch({
      records: {
        closed: (record) => this.#say('closed', { ...record }),
        amended: (record) => this.#say('amended', { ...record }),
      },
      verdicts: {
        verdict: (verdict) => this.#say('verdicts', verdict),
        settled: (verdict) => this.#say('settled', verdict),
      },
      findings: { finding: (finding) => this.#say('findings', finding) },
    });
    const registry = new DomainRegistry({ board, clock, windowUs: WINDOW_US, consensus });
    let ticks = 0;
    clock.every(TICK_US, () => {
      registry.tick(clock.nowUs());
      if (++ticks % TICKS_PER_PAGE === 0) this.#page();
    });
    return new Intake({
      board,
      clock,
      logger: silentLogger,
      dispatcher: registry,
      queueCapacity: 64,
      onTime: (stream, tsUs) => clock.advance(stream, tsUs),
      onStreamEnd: (stream) => clock.close(stream),
    });
  }
}

const asked = process.argv.slice(2);
for (const name of asked.length === 0 ? usual : asked) {
  const run = simulationOf(loadScenario(name), SEED);
  const all = new Conclusions();
  const one = new Conclusions(2);
  await observe({ ...run, maxViews: Math.min(run.maxViews ?? VIEWS, VIEWS) }, [all, one]);
  process.stdout.write(`${name}\n  all nodes ${all.text()}\n  one node  ${one.text()}\n`);
}
