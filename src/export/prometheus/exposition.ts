/**
 * The page that Prometheus scrapes: the whole board, then what foreign registries hold. One renderer
 * serves both formats and keeps the rendered lines between pages.
 *
 * A page never fails because a part of it does: what cannot be shown is left out, counted, and named
 * in a comment. A page handed out is the caller's own; later pages do not touch it.
 */
import type { Registry, RegistryContentType } from 'prom-client';
import { WallClock, type Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Board, FamilyView } from '../../metrics/board.js';
import type { ExemplarReader } from '../../metrics/exemplars.js';
import { sampleNames } from '../../metrics/definition.js';
import type { Counter, Gauge, Histogram } from '../../metrics/series.js';
import { prometheusMetrics } from './catalogue.js';
import { FamilyBlock } from './family-block.js';
import {
  foreignLines,
  foreignNames,
  foreignProblem,
  readRegistry,
  type ForeignMetric,
  type LeftOut,
  type LeftOutReason,
} from './foreign-registry.js';
import { contentTypeOf, type Format } from './format.js';
import { commentLine, isShortenedCounter } from './lines.js';
import { NumberWriter } from './number-writer.js';
import { PagePool } from './page-pool.js';

/** What a page is made of. */
export interface ExpositionOptions {
  readonly board: Board;
  /** Registries merged into the page, earlier ones first where names clash. They are only read. */
  readonly registries?: readonly Registry<RegistryContentType>[];
  /** Metrics besides those of the board, whose series may differ in their labels; before those of registries. */
  readonly others?: (() => readonly ForeignMetric[]) | undefined;
  /** Shown on OpenMetrics pages, on buckets and counters. */
  readonly exemplars?: Pick<ExemplarReader, 'of'> | undefined;
  /** Lines for whoever reads the page by eye; shown in text only, each on one line. */
  readonly comments?: () => readonly string[];
  /** Measures how long a page took. Default: wall clock. */
  readonly clock?: Clock;
  /** How long one registry may collect, milliseconds. Default 1,000. */
  readonly registryDeadlineMs?: number;
}

/** Renders pages. */
export interface Exposition {
  /** The page as of now. */
  render(format: Format): Promise<Uint8Array>;
  /**
   * Gives back a page that nobody reads any more (it was sent or compressed), so that a later one may
   * use its memory. Optional: fresh memory costs a large page as much time as all of its numbers.
   */
  recycle(page: Uint8Array): void;
  /** The Content-Type of a page. */
  contentType(format: Format): string;
}

const MAX_COMMENTS = 50;
const EOF = Buffer.from('# EOF\n');
const NOTHING = new Uint8Array(0);

/** A renderer over `options.board`. */
export function createExposition(options: ExpositionOptions): Exposition {
  return new BoardExposition(options);
}

class BoardExposition implements Exposition {
  readonly #board: Board;
  readonly #registries: readonly Registry<RegistryContentType>[];
  readonly #others: () => readonly ForeignMetric[];
  readonly #comments: () => readonly string[];
  readonly #exemplars: ExpositionOptions['exemplars'];
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #numbers = new NumberWriter();
  readonly #pages = new PagePool();
  readonly #scrapes: Readonly<Record<Format, Counter>>;
  readonly #pageBytes: Readonly<Record<Format, Gauge>>;
  readonly #duration: Histogram;
  #views: readonly FamilyView[] = [];
  #blocks: readonly FamilyBlock[] = [];
  /** Every name that our own part uses. */
  #ownNames: ReadonlySet<string> = new Set();

  constructor(options: ExpositionOptions) {
    const { board } = options;
    this.#board = board;
    this.#registries = options.registries ?? [];
    this.#others = options.others ?? (() => []);
    this.#comments = options.comments ?? (() => []);
    this.#exemplars = options.exemplars;
    this.#clock = options.clock ?? new WallClock();
    this.#deadlineMs = options.registryDeadlineMs ?? 1_000;
    const scrapes = board.counter(prometheusMetrics.scrapes);
    this.#scrapes = { text: scrapes.at('text'), openmetrics: scrapes.at('openmetrics') };
    const pageBytes = board.gauge(prometheusMetrics.pageBytes);
    this.#pageBytes = { text: pageBytes.at('text'), openmetrics: pageBytes.at('openmetrics') };
    this.#duration = board.histogram(prometheusMetrics.duration).at();
  }

  recycle(page: Uint8Array): void {
    this.#pages.recycle(page);
  }

  contentType(format: Format): string {
    return contentTypeOf(format);
  }

  async render(format: Format): Promise<Uint8Array> {
    const startUs = this.#clock.monoUs();
    this.#scrapes[format].add();
    const leftOut: LeftOut[] = [];
    const foreign = await this.#readRegistries((metric) => leftOut.push(metric));
    // From here on nothing waits, so that the board's part is of one moment.
    this.#arrange();
    const names = new Set(this.#ownNames);
    const shown = this.#accept([...this.#others(), ...foreign], names, leftOut);
    this.#countLeftOut(leftOut);
    const page = this.#pages.assemble([
      Buffer.from(format === 'text' ? this.#commentPart(leftOut) : '', 'utf8'),
      ...this.#ownParts(format, names),
      Buffer.from(shown.map((metric) => foreignLines(metric, format, names)).join(''), 'utf8'),
      format === 'text' ? NOTHING : EOF,
    ]);
    this.#pageBytes[format].set(page.length);
    this.#duration.observe((this.#clock.monoUs() - startUs) / 1e6);
    return page;
  }

  async #readRegistries(leaveOut: (leftOut: LeftOut) => void): Promise<ForeignMetric[]> {
    if (this.#registries.length === 0) return [];
    const read = await Promise.all(
      this.#registries.map((registry) => readRegistry(registry, this.#deadlineMs, leaveOut)),
    );
    return read.flat();
  }

  /** Follows the board's layout: a metric whose series are the same keeps its block. */
  #arrange(): void {
    this.#board.refresh();
    const views = this.#board.families();
    if (views === this.#views) return;
    const before = new Map(this.#blocks.map((block) => [block.view, block]));
    this.#views = views;
    this.#blocks = views.map((view) => before.get(view) ?? new FamilyBlock(view, this.#numbers));
    this.#ownNames = new Set(views.flatMap(({ definition }) => sampleNames(definition)));
  }

  *#ownParts(format: Format, names: ReadonlySet<string>): Generator<Uint8Array> {
    const { values } = this.#board.slots;
    for (const block of this.#blocks) {
      block.update(values);
      yield block.head(format, names);
      if (this.#exemplars !== undefined && takesExemplars(block.view, format, names))
        yield* block.linesWith(this.#exemplars);
      else yield block.lines;
    }
  }

  /** The metrics that can stand on the page; their names join `names`. */
  #accept(metrics: readonly ForeignMetric[], names: Set<string>, leftOut: LeftOut[]): ForeignMetric[] {
    return metrics.filter((metric) => {
      const problem = foreignProblem(metric);
      const own = problem === undefined ? foreignNames(metric) : [];
      const clash = own.find((name) => names.has(name));
      if (problem !== undefined) leftOut.push({ metric: String(metric.name), reason: 'invalid', problem });
      else if (clash !== undefined) {
        leftOut.push({ metric: metric.name, reason: 'clash', problem: `the name ${clash} is taken` });
      } else for (const name of own) names.add(name);
      return problem === undefined && clash === undefined;
    });
  }

  #countLeftOut(leftOut: readonly LeftOut[]): void {
    const counter = this.#board.counter(prometheusMetrics.leftOut);
    for (const { reason } of leftOut) counter.at(reason satisfies LeftOutReason).add();
  }

  #commentPart(leftOut: readonly LeftOut[]): string {
    const lines: string[] = [];
    try {
      lines.push(...this.#comments());
    } catch (error) {
      lines.push(`comments could not be made: ${messageOf(error)}`);
    }
    for (const { metric, problem } of leftOut) lines.push(`left out: ${metric}: ${problem}`);
    return lines.slice(0, MAX_COMMENTS).map(commentLine).join('');
  }
}

/** Only OpenMetrics has exemplars, on buckets of histograms and on what it knows as counters. */
function takesExemplars({ definition }: FamilyView, format: Format, names: ReadonlySet<string>): boolean {
  if (format === 'text') return false;
  return definition.kind === 'histogram' || isShortenedCounter(definition, names);
}
