/**
 * What is asked about views, answered from memory and, where that does not reach, from the archive of views: failed, slow
 * and incriminating ones are there for as long as history is kept. Everything else goes to the reader as it is.
 */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import {
  isAskedFor,
  lineOf,
  USUAL_VIEWS,
  type Answer,
  type ConsensusReader,
  type Parameters,
  type ViewLine,
} from './consensus-reader.js';
import { verdictDocument, type VerdictDocument } from './verdict-document.js';
import type { ViewDocument } from './view-document.js';
import { parseViewQuery, readView, type ViewQuery } from './view-query.js';

/** A view out of the archive. */
export interface StoredView {
  readonly verdict: ViewVerdict;
  readonly records: readonly ViewRecord[];
}

/** Which views of the archive are wanted. */
export interface StoredViewRequest {
  readonly from: number;
  readonly to: number;
  readonly accepts: (
    verdict: Pick<ViewVerdict, 'chain' | 'view' | 'outcome' | 'cause' | 'culprits'>,
  ) => boolean;
  readonly limit: number;
}

/** Where views are kept. Rejects when it cannot be read. */
export interface ViewArchive {
  /** The newest first. */
  list(request: StoredViewRequest): Promise<readonly StoredView[]>;
}

/** Memory and archive together. */
export class WholeViews {
  readonly #reader: ConsensusReader;
  readonly #archive: () => ViewArchive | undefined;

  constructor(reader: ConsensusReader, archive: () => ViewArchive | undefined) {
    this.#reader = reader;
    this.#archive = archive;
  }

  async views(parameters: Parameters): Promise<Answer<{ readonly views: readonly ViewLine[] }>> {
    const given = [...parameters];
    const answer = this.#reader.views(given);
    const parsed = parseViewQuery(given);
    if (!('document' in answer) || 'problems' in parsed) return answer;
    const limit = given.some(([name]) => name === 'limit') ? parsed.query.limit : USUAL_VIEWS;
    const older = await this.#older({ ...parsed.query, limit }, answer.document.views);
    const lines = older.map(({ verdict, records }) => {
      const { chain, view } = verdict;
      return lineOf(chain, view, this.#reader.compose({ chain, view, verdict, records }));
    });
    return { document: { views: [...answer.document.views, ...lines] } };
  }

  async verdicts(parameters: Parameters): Promise<Answer<{ readonly verdicts: readonly VerdictDocument[] }>> {
    const given = [...parameters];
    const answer = this.#reader.verdicts(given);
    const parsed = parseViewQuery(given);
    if (!('document' in answer) || 'problems' in parsed) return answer;
    const older = await this.#older(parsed.query, answer.document.verdicts);
    const documents = older.map(({ verdict }) => verdictDocument(verdict, this.#reader.names(verdict.chain)));
    return { document: { verdicts: [...answer.document.verdicts, ...documents] } };
  }

  async view(text: string, parameters: Parameters): Promise<Answer<ViewDocument>> {
    const given = [...parameters];
    const answer = this.#reader.view(text, given);
    const view = readView(text);
    const archive = this.#archive();
    if (!('absent' in answer) || archive === undefined || view === undefined) return answer;
    const chain = given.find(([name]) => name === 'chain')?.[1];
    const accepts: StoredViewRequest['accepts'] = (verdict) => chain === undefined || verdict.chain === chain;
    const [found] = await archive.list({ from: view, to: view, accepts, limit: 1 });
    if (found === undefined) return answer;
    const { verdict, records } = found;
    return { document: this.#reader.compose({ chain: verdict.chain, view, verdict, records }) };
  }

  validators(parameters: Parameters): ReturnType<ConsensusReader['validators']> {
    return this.#reader.validators(parameters);
  }

  evidence(parameters: Parameters): ReturnType<ConsensusReader['evidence']> {
    return this.#reader.evidence(parameters);
  }

  finding(id: string): ReturnType<ConsensusReader['finding']> {
    return this.#reader.finding(id);
  }

  /** What the archive adds to what was found in memory. */
  async #older(
    query: ViewQuery,
    found: readonly { readonly chain: string; readonly view: number }[],
  ): Promise<readonly StoredView[]> {
    const archive = this.#archive();
    const limit = query.limit - found.length;
    if (archive === undefined || limit <= 0) return [];
    const known = new Set(found.map(({ chain, view }) => `${chain} ${view}`));
    const accepts: StoredViewRequest['accepts'] = (verdict) => {
      const { chain, view } = verdict;
      if (known.has(`${chain} ${view}`) || (query.chain !== undefined && query.chain !== chain)) return false;
      const culprit =
        query.validator === undefined ? undefined : this.#reader.names(chain).idOf(query.validator);
      return isAskedFor(verdict, query, culprit);
    };
    return archive.list({ from: query.from ?? 0, to: query.to ?? Infinity, accepts, limit });
  }
}
