/**
 * The last verdicts of every chain, to be read by view. Those on failed and lagged views are kept longer than the
 * others, with the records they were reached from, because these are what people ask about an hour later.
 *
 * Bounded per chain by number of verdicts and of records, and by chains. It only listens, and copies what it keeps:
 * records are used again by their book.
 */
import type { ChainViews, RecordListener, ViewRecord } from '../domains/consensus/record/view-record.js';
import type { VerdictListener, ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';

/** Bounds, and where records are. */
export interface VerdictLogOptions {
  /** The records of a chain that are held now. */
  readonly views: (chain: string) => ChainViews | undefined;
  /** Most verdicts on decided and skipped views. Default 4,096. */
  readonly recent?: number;
  /** Most verdicts on failed and lagged views. Default 1,024. */
  readonly troubled?: number;
  /** Most records kept with them. Default 5,000. */
  readonly records?: number;
  /** Views of which records are kept whatever became of them. */
  readonly isPinned?: (view: number) => boolean;
}

const MOST_CHAINS = 16;

/** A view of which the records are kept. */
interface Frozen {
  readonly records: Map<string, ViewRecord>;
}

interface ChainLog {
  /** In order of telling, by view. */
  readonly recent: Map<number, ViewVerdict>;
  readonly troubled: Map<number, ViewVerdict>;
  readonly frozen: Map<number, Frozen>;
  records: number;
}

/** Verdicts by chain and view. */
export class VerdictLog implements VerdictListener, RecordListener {
  readonly #options: VerdictLogOptions;
  readonly #chains = new Map<string, ChainLog>();

  constructor(options: VerdictLogOptions) {
    this.#options = options;
  }

  verdict(verdict: ViewVerdict): void {
    const { chain, view } = verdict;
    const { recent = 4_096, troubled = 1_024 } = this.#options;
    const log = this.#log(chain);
    // Deleted first: whatever was told last is the last to go.
    log.recent.delete(view);
    log.troubled.delete(view);
    (isTrouble(verdict) ? log.troubled : log.recent).set(view, verdict);
    trim(log.recent, recent);
    for (const gone of trim(log.troubled, troubled)) this.#thaw(log, gone);
  }

  settled(verdict: ViewVerdict): void {
    const isKept = isTrouble(verdict) || this.#options.isPinned?.(verdict.view) === true;
    if (isKept) this.#freeze(verdict);
  }

  /** A record is read when its view is settled. */
  closed(): void {}

  amended(record: ViewRecord): void {
    const frozen = this.#chains.get(record.chain)?.frozen.get(record.view);
    if (frozen?.records.has(record.node) === true) frozen.records.set(record.node, structuredClone(record));
  }

  /** Chains of which something was said. */
  chains(): Iterable<string> {
    return this.#chains.keys();
  }

  /** The last word on a view. */
  get(chain: string, view: number): ViewVerdict | undefined {
    const log = this.#chains.get(chain);
    return log?.troubled.get(view) ?? log?.recent.get(view);
  }

  /** The verdicts on a chain, highest view first. */
  list(chain: string): ViewVerdict[] {
    const log = this.#chains.get(chain);
    if (log === undefined) return [];
    return [...log.recent.values(), ...log.troubled.values()].sort((a, b) => b.view - a.view);
  }

  /** What nodes saw of a view: held now, or kept. In order of node. */
  records(chain: string, view: number): ViewRecord[] {
    const found = new Map(this.#chains.get(chain)?.frozen.get(view)?.records);
    for (const record of this.#options.views(chain)?.view(view) ?? []) found.set(record.node, record);
    return [...found.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  #log(chain: string): ChainLog {
    const known = this.#chains.get(chain);
    if (known !== undefined) return known;
    const log: ChainLog = { recent: new Map(), troubled: new Map(), frozen: new Map(), records: 0 };
    this.#chains.set(chain, log);
    trim(this.#chains, MOST_CHAINS);
    return log;
  }

  #freeze({ chain, view }: ViewVerdict): void {
    const { views, records: most = 5_000 } = this.#options;
    const log = this.#log(chain);
    this.#thaw(log, view);
    const held = views(chain)?.view(view) ?? [];
    log.frozen.set(view, {
      records: new Map(held.map((record) => [record.node, structuredClone(record)])),
    });
    log.records += held.length;
    for (const oldest of log.frozen.keys()) {
      if (log.records <= most || log.frozen.size === 1) break;
      if (this.#options.isPinned?.(oldest) !== true) this.#thaw(log, oldest);
    }
  }

  #thaw(log: ChainLog, view: number): void {
    log.records -= log.frozen.get(view)?.records.size ?? 0;
    log.frozen.delete(view);
  }
}

function isTrouble({ outcome }: ViewVerdict): boolean {
  return outcome === 'failed' || outcome === 'lagged';
}

/** Drops the oldest beyond `most`. @returns their keys */
function trim<K>(map: Map<K, unknown>, most: number): K[] {
  const gone: K[] = [];
  for (const key of map.keys()) {
    if (map.size <= most) break;
    map.delete(key);
    gone.push(key);
  }
  return gone;
}
