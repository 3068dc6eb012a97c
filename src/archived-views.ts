/**
 * Connects consensus with the archive of views: decides which views are worth keeping (failed, lagged, slow, or with a
 * finding), writes them as documents, and reads them back for those who ask.
 */
import type { Finding } from './domains/consensus/findings/finding.js';
import type { ViewRecord } from './domains/consensus/record/view-record.js';
import type { ViewVerdict } from './domains/consensus/verdict/view-verdict.js';
import type { ConsensusListeners } from './domains/consensus/watch.js';
import type { ArchiveReader } from './history/archive/archive-reader.js';
import type { ArchivedView } from './history/archive/archived-view.js';
import type { StoredView, StoredViewRequest, ViewArchive } from './views/whole-views.js';

/** What is known now. */
export interface ViewSource {
  get(chain: string, view: number): ViewVerdict | undefined;
  records(chain: string, view: number): readonly ViewRecord[];
}

/** Views with findings that are not settled yet. */
const MOST_AWAITED = 1_000;

/** Tells which views to keep. */
export class ViewArchivist {
  /** Hears of verdicts and findings. */
  readonly listeners: ConsensusListeners;
  readonly #source: () => ViewSource;
  readonly #slowUs: () => number;
  readonly #keep: (view: ArchivedView) => void;
  readonly #awaited = new Set<string>();

  constructor(source: () => ViewSource, slowUs: () => number, keep: (view: ArchivedView) => void) {
    this.#source = source;
    this.#slowUs = slowUs;
    this.#keep = keep;
    this.listeners = {
      verdicts: { verdict: () => undefined, settled: (verdict) => this.#settled(verdict) },
      findings: { finding: (finding) => this.#finding(finding) },
    };
  }

  #settled(verdict: ViewVerdict): void {
    const { chain, view, outcome } = verdict;
    const records = this.#source().records(chain, view);
    const isTrouble = outcome === 'failed' || outcome === 'lagged';
    const isSlow = records.some(({ leftUs }) => leftUs !== undefined && leftUs >= this.#slowUs());
    const isAwaited = this.#awaited.delete(`${chain} ${view}`);
    if (isTrouble || isSlow || isAwaited) this.#keep(archived({ verdict, records }));
  }

  #finding({ chain, view }: Finding): void {
    if (view === undefined) return;
    const verdict = this.#source().get(chain, view);
    if (verdict !== undefined)
      this.#keep(archived({ verdict, records: this.#source().records(chain, view) }));
    if (this.#awaited.size < MOST_AWAITED) this.#awaited.add(`${chain} ${view}`);
  }
}

/** The archive of views as those who answer questions read it. */
export function viewArchive(reader: ArchiveReader): ViewArchive {
  return {
    list: async (request: StoredViewRequest) => {
      const { listViews } = await import('./history/archive/view-list.js');
      const found = await listViews(reader, {
        ...request,
        accepts: (verdict) => request.accepts(verdict as unknown as ViewVerdict),
      });
      return found.map(({ document }) => JSON.parse(document) as StoredView);
    },
  };
}

/** As it is kept. Amounts beyond 2^53 are decimal strings, as on the wire. */
function archived(view: StoredView): ArchivedView {
  const document = JSON.stringify(view, (_, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return { verdict: view.verdict, document };
}
