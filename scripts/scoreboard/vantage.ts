/**
 * One observer of a simulated network: the pipeline from event lines to verdicts and findings, on a clock that
 * follows the lines. It hears all nodes or one of them. It may be restarted in the middle, as a sidecar may: what it
 * had concluded stays noted, what it had not is lost. It never sees the truth.
 */
import { StreamClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Feed, SourceDescription } from '../../src/attach/feed.js';
import type { Finding } from '../../src/domains/consensus/findings/finding.js';
import { consensusDomain } from '../../src/domains/consensus/observer.js';
import type { ViewVerdict } from '../../src/domains/consensus/verdict/view-verdict.js';
import { ConsensusWatch } from '../../src/domains/consensus/watch.js';
import { DomainRegistry } from '../../src/domains/registry.js';
import { Intake } from '../../src/intake/intake.js';
import { Board } from '../../src/metrics/board.js';

const WINDOW_US = 60_000_000;
const TICK_US = 1_000_000;
const QUEUE_EVENTS = 64;
/** Behind a door that never waits. */
const DOOR_QUEUE_EVENTS = 262_144;
/** Longer than any view waits for its verdict. */
const AFTERWARDS_US = 60_000_000;

/** A verdict, and how many views later it was said. */
export interface Said {
  readonly verdict: ViewVerdict;
  readonly viewsLater: number;
}

/** What one observer concluded. */
export class Vantage {
  /** Position of the one attached node; undefined: all are attached, or those of `some`. */
  readonly only: number | undefined;
  readonly #some: ReadonlySet<number> | undefined;
  readonly #queueCapacity: number;
  /** The settled verdict of each view that failed or lagged. */
  readonly verdicts = new Map<number, ViewVerdict>();
  /** The first verdict on each of these, and, where it was revised, the second. */
  readonly said: Said[] = [];
  /** Verdicts settled, the good ones included. */
  settled = 0;
  /** By id. */
  readonly findings = new Map<string, Finding & { readonly viewsLater: number }>();
  /** Who was said to take no part, and when that was said first. */
  readonly silent = new Map<string, { readonly atUs: number; readonly view: number }>();
  #intake: Intake;
  #clock: StreamClock;
  #newestView = 0;
  /** The newest view that a node left. */
  get newestView(): number {
    return this.#newestView;
  }

  readonly #stopped: Promise<unknown>[] = [];

  /** @param isBehindDoor it hears connections, which never wait */
  constructor(only: number | undefined, some?: Iterable<number>, isBehindDoor = false) {
    this.only = only;
    // Short, so that a node that ends and comes back is heard in that order.
    this.#queueCapacity = isBehindDoor ? DOOR_QUEUE_EVENTS : QUEUE_EVENTS;
    this.#some = some === undefined ? undefined : new Set(some);
    [this.#intake, this.#clock] = this.#begin();
  }

  hears(node: number): boolean {
    if (this.only === undefined) return this.#some?.has(node) ?? true;
    return this.only === node;
  }

  /** A stream of lines of one process run. */
  open(node: string): Feed {
    return this.#intake.openLossless({ door: 'scoreboard', peer: node });
  }

  /** A connection that never waits, as a door opens it. */
  openFeed(source: SourceDescription): Feed {
    return this.#intake.openFeed(source);
  }

  /** Begins anew; streams have to be opened again. */
  restart(): void {
    this.#stopped.push(this.#intake.stop());
    [this.#intake, this.#clock] = this.#begin();
  }

  /** Waits until everything heard is processed, and lets time pass for what waits for it. */
  async end(): Promise<void> {
    await this.#intake.stop();
    await Promise.all(this.#stopped);
    const clock = this.#clock;
    clock.advance('afterwards', clock.nowUs() + AFTERWARDS_US);
  }

  #begin(): [Intake, StreamClock] {
    const board = new Board({});
    const clock = new StreamClock();
    const watch = new ConsensusWatch({
      records: { closed: ({ view }) => void (this.#newestView = Math.max(this.#newestView, view)) },
      verdicts: {
        verdict: (verdict) => {
          if (!isTrouble(verdict)) return;
          this.said.push({ verdict, viewsLater: Math.max(0, this.#newestView - verdict.view) });
        },
        settled: (verdict) => {
          this.settled++;
          if (isTrouble(verdict) && !this.verdicts.has(verdict.view))
            this.verdicts.set(verdict.view, verdict);
        },
      },
      findings: {
        finding: (finding) => {
          const viewsLater = Math.max(0, this.#newestView - (finding.view ?? this.#newestView));
          if (!this.findings.has(finding.id)) this.findings.set(finding.id, { ...finding, viewsLater });
        },
      },
    });
    const domains = [consensusDomain(watch)];
    const registry = new DomainRegistry({ board, clock, windowUs: WINDOW_US, domains });
    clock.every(TICK_US, () => {
      registry.tick(clock.nowUs());
      this.#noteSilent(watch, clock.nowUs());
    });
    const intake = new Intake({
      board,
      clock,
      logger: silentLogger,
      dispatcher: registry,
      queueCapacity: this.#queueCapacity,
      onTime: (stream, tsUs) => clock.advance(stream, tsUs),
      onStreamEnd: (stream) => clock.close(stream),
    });
    return [intake, clock];
  }

  #noteSilent(watch: ConsensusWatch, atUs: number): void {
    for (const chain of watch.chains())
      for (const { id, standing } of watch.participation(chain)?.participants ?? [])
        if (standing.isSilent && !this.silent.has(id)) this.silent.set(id, { atUs, view: this.#newestView });
  }
}

function isTrouble({ outcome }: ViewVerdict): boolean {
  return outcome === 'failed' || outcome === 'lagged';
}
