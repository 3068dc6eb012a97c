/**
 * Scrapes one target on its interval and states what the mapping makes of it as `metric.*` events of the
 * node it belongs to, through a feed as any other door. Never two scrapes of a target at a time.
 *
 * A counter is stated by what it grew; one that stands lower than before began anew. A gauge that the page
 * has no more, or whose page does not come, is withdrawn: nothing stale is ever shown as current.
 *
 * States: built -> started -> stopped.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { encodeEvent } from '../../events/encode.js';
import type { StreamEvent } from '../../events/vocabulary.js';
import type { Board } from '../../metrics/board.js';
import type { Feed, OpenFeed } from '../feed.js';
import { applyMapping, type MappedMetric, type MappedPage, type MappedSeries } from './apply-mapping.js';
import { scrapeMetrics } from './catalogue.js';
import { fetchPage, type PageRequest } from './fetch-page.js';
import type { Mapping } from './mapping.js';
import { readPage } from './parse-page.js';

/** One target. */
export interface ScrapeTarget {
  /** Of the configuration: the label `target`. */
  readonly name: string;
  readonly chain: string;
  readonly node: string;
  readonly mapping: Mapping;
  readonly intervalUs: number;
  /** Asked before every scrape, so that a rotated secret is picked up. */
  readonly request: () => PageRequest;
}

/** What a scraper needs of the house. */
export interface ScrapeRoom {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openFeed: OpenFeed;
}

/** A series as it was last stated. */
interface Stated {
  readonly series: MappedSeries;
  readonly kind: MappedMetric['kind'];
}

/** One target's scraper. */
export class Scraper {
  readonly #target: ScrapeTarget;
  readonly #room: ScrapeRoom;
  readonly #declared = new Set<string>();
  /** By metric and labels. Counters stay for good: one that comes back goes on from where it stood. */
  readonly #stated = new Map<string, Stated>();
  #feed: Feed | undefined;
  #timer: Timer | undefined;
  #underWay: Promise<void> | undefined;
  #seq = 0;
  #wasUp: boolean | undefined;

  constructor(target: ScrapeTarget, room: ScrapeRoom) {
    this.#target = target;
    this.#room = room;
  }

  /** Scrapes now, and then on every interval. */
  start(): void {
    this.#timer = this.#room.clock.every(this.#target.intervalUs, () => void this.scrape());
    void this.scrape();
  }

  /** Resolves when the scrape under way, or a new one, is done. Never rejects. */
  scrape(): Promise<void> {
    this.#underWay ??= this.#scrape().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Resolves when the scrape under way has ended. */
  async close(): Promise<void> {
    this.#timer?.stop();
    await this.#underWay;
    this.#feed?.end();
    this.#feed = undefined;
  }

  async #scrape(): Promise<void> {
    const { name, mapping } = this.#target;
    const { board, clock, logger } = this.#room;
    const startUs = clock.monoUs();
    board.counter(scrapeMetrics.scrapes).at(name).add();
    const fetched = await this.#fetch();
    board
      .gauge(scrapeMetrics.duration)
      .at(name)
      .set((clock.monoUs() - startUs) / 1e6);
    const isUp = 'text' in fetched;
    board
      .gauge(scrapeMetrics.up)
      .at(name)
      .set(isUp ? 1 : 0);
    if (isUp) {
      const page = readPage(fetched.text);
      for (const [reason, count] of page.problems)
        board.counter(scrapeMetrics.refused).at(name, reason).add(count);
      const mapped = applyMapping(page, mapping);
      board.gauge(scrapeMetrics.samples).at(name).set(page.samples.length);
      board.gauge(scrapeMetrics.series).at(name).set(mapped.series.length);
      board.gauge(scrapeMetrics.absent).at(name).set(mapped.absent.length);
      this.#state(mapped);
      if (this.#wasUp !== true)
        logger.info('a node is scraped', { target: name, series: mapped.series.length });
    } else {
      board.counter(scrapeMetrics.failures).at(name, fetched.problem).add();
      this.#withdraw(new Set());
      if (this.#wasUp !== false)
        logger.warn('a node cannot be scraped', {
          target: name,
          reason: fetched.problem,
          detail: fetched.detail,
        });
    }
    this.#wasUp = isUp;
  }

  async #fetch(): ReturnType<typeof fetchPage> {
    try {
      return await fetchPage(this.#target.request());
    } catch (error) {
      // A secret's file that cannot be read just now.
      return { problem: 'unreachable', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #state({ metrics, series }: MappedPage): void {
    const kinds = new Map(metrics.map(({ metric, kind }) => [metric, kind]));
    for (const { metric, kind, help, labels } of metrics) {
      if (this.#declared.has(metric)) continue;
      this.#declared.add(metric);
      this.#say({ type: 'metric.declared', ...this.#stamp(), metric, kind, help, labels });
    }
    const present = new Set<string>();
    for (const one of series) {
      const key = JSON.stringify([one.metric, one.labels]);
      present.add(key);
      this.#stateOne(key, one, kinds.get(one.metric) ?? 'gauge');
    }
    this.#withdraw(present);
  }

  #stateOne(key: string, series: MappedSeries, kind: MappedMetric['kind']): void {
    const { metric, labels, value } = series;
    const before = this.#stated.get(key)?.series.value ?? 0;
    this.#stated.set(key, { series, kind });
    if (kind === 'gauge')
      return this.#say({ type: 'metric.sampled', ...this.#stamp(), metric, value, labels });
    if (value < before) this.#room.board.counter(scrapeMetrics.resets).at(this.#target.name).add();
    const delta = value < before ? value : value - before;
    this.#say({ type: 'metric.changed', ...this.#stamp(), metric, delta, labels });
  }

  /** Ends the gauges that are not among `present`. */
  #withdraw(present: ReadonlySet<string>): void {
    for (const [key, { series, kind }] of this.#stated) {
      if (kind !== 'gauge' || present.has(key)) continue;
      const { metric, labels } = series;
      this.#stated.delete(key);
      this.#say({ type: 'metric.withdrawn', ...this.#stamp(), metric, labels });
    }
  }

  #stamp(): { node: string; ts_us: number; seq: number } {
    return { node: this.#target.node, ts_us: this.#room.clock.nowUs(), seq: this.#seq++ };
  }

  #say(event: StreamEvent): void {
    this.#feed ??= this.#open();
    this.#feed.write(Buffer.from(`${encodeEvent(event)}\n`));
  }

  #open(): Feed {
    const { name, chain, node, mapping } = this.#target;
    const feed = this.#room.openFeed({ door: 'scrape', peer: name });
    const nowUs = this.#room.clock.nowUs();
    const run = `scrape-${name}-${nowUs}`;
    const hello = { type: 'hello', v: 1, node, ts_us: nowUs, chain, run, software: mapping.name } as const;
    feed.write(Buffer.from(`${encodeEvent(hello)}\n`));
    return feed;
  }
}
