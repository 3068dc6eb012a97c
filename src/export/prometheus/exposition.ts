/**
 * The page that Prometheus scrapes: the whole board, then what foreign registries hold. One renderer
 * serves both formats and keeps the rendered lines between pages.
 *
 * A page never fails because a part of it does: what cannot be shown is left out, counted, and named
 * in a comment. A page handed out is the caller's own; later pages do not touch it.
 */
import type { Registry } from 'prom-client';
import { WallClock, type Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Board, FamilyView } from '../../metrics/board.js';
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
import { commentLine, withoutTotal } from './lines.js';
import { NumberWriter } from './number-writer.js';

/** What a page is made of. */
export interface ExpositionOptions {
  readonly board: Board;
  /** Registries merged into the page, earlier ones first where names clash. They are only read. */
  readonly registries?: readonly Registry[];
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
  /** The Content-Type of a page. */
  contentType(format: Format): string;
}

const MAX_COMMENTS = 50;
const EOF = Buffer.from('# EOF\n');

/** A renderer over `options.board`. */
export function createExposition(options: ExpositionOptions): Exposition {
  return new BoardExposition(options);
}

class BoardExposition implements Exposition {
  readonly #board: Board;
  readonly #registries: readonly Registry[];
  readonly #comments: () => readonly string[];
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #numbers = new NumberWriter();
  readonly #scrapes: Readonly<Record<Format, Counter>>;
  readonly #pageBytes: Readonly<Record<Format, Gauge>>;
  readonly #duration: Histogram;
  #views: readonly FamilyView[] = [];
  #blocks: readonly FamilyBlock[] = [];
  /** Every name that our own part uses, in both formats. */
  #ownNames = new Set<string>();
  /** Names of our metrics that a counter may not be shortened to. */
  #metricNames = new Set<string>();

  constructor(options: ExpositionOptions) {
    const { board } = options;
    this.#board = board;
    this.#registries = options.registries ?? [];
    this.#comments = options.comments ?? (() => []);
    this.#clock = options.clock ?? new WallClock();
    this.#deadlineMs = options.registryDeadlineMs ?? 1_000;
    const scrapes = board.counter(prometheusMetrics.scrapes);
    this.#scrapes = { text: scrapes.at('text'), openmetrics: scrapes.at('openmetrics') };
    const pageBytes = board.gauge(prometheusMetrics.pageBytes);
    this.#pageBytes = { text: pageBytes.at('text'), openmetrics: pageBytes.at('openmetrics') };
    this.#duration = board.histogram(prometheusMetrics.duration).at();
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
    const foreignPart = this.#foreignPart(foreign, format, leftOut);
    this.#countLeftOut(leftOut);
    const parts = [
      format === 'text' ? this.#commentPart(leftOut) : '',
      ...this.#ownParts(format),
      foreignPart,
    ];
    const page = assemble(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)),
      format,
    );
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
    this.#metricNames = new Set(views.map(({ definition }) => definition.name));
    this.#ownNames = new Set(
      views.flatMap(({ definition }) => [...sampleNames(definition), withoutTotal(definition.name)]),
    );
  }

  *#ownParts(format: Format): Generator<Uint8Array> {
    const { values } = this.#board.slots;
    for (const block of this.#blocks) {
      block.update(values);
      const { name } = block.view.definition;
      yield block.head(format, !this.#metricNames.has(withoutTotal(name)));
      yield block.lines;
    }
  }

  #foreignPart(metrics: readonly ForeignMetric[], format: Format, leftOut: LeftOut[]): string {
    const taken = new Set<string>();
    let part = '';
    for (const metric of metrics) {
      const reason = this.#reasonAgainst(metric, taken);
      if (reason) {
        leftOut.push(reason);
        continue;
      }
      for (const name of foreignNames(metric)) taken.add(name);
      part += foreignLines(metric, format);
    }
    return part;
  }

  #reasonAgainst(metric: ForeignMetric, taken: ReadonlySet<string>): LeftOut | undefined {
    const problem = foreignProblem(metric);
    if (problem !== undefined) return { metric: String(metric.name), reason: 'invalid', problem };
    const clash = foreignNames(metric).find((name) => this.#ownNames.has(name) || taken.has(name));
    if (clash === undefined) return undefined;
    return { metric: metric.name, reason: 'clash', problem: `the name ${clash} is taken` };
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

function assemble(parts: readonly Uint8Array[], format: Format): Uint8Array {
  const all: readonly Uint8Array[] = format === 'openmetrics' ? [...parts, EOF] : parts;
  const length = all.reduce((sum, part) => sum + part.length, 0);
  const page = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of all) {
    page.set(part, at);
    at += part.length;
  }
  return page;
}
