/**
 * Answers what is asked about consensus: views, verdicts, validators, evidence. What HTTP serves, what the command line
 * prints and what a report is made of are read here and nowhere else, so that they cannot disagree. It only reads.
 */
import type { ConsensusWatch } from '../domains/consensus/watch.js';
import type { EvidenceReader } from '../evidence/evidence-shelf.js';
import { parseEvidenceQuery } from '../evidence/query.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import { findingDocument, type FindingDocument } from './finding-document.js';
import { Names } from './names.js';
import { validatorsDocument, type ValidatorsDocument } from './validator-document.js';
import { verdictDocument, type VerdictDocument } from './verdict-document.js';
import type { VerdictLog } from './verdict-log.js';
import { viewDocument, type ViewDocument, type ViewMaterial } from './view-document.js';
import { MOST_LISTED, parseViewQuery, readView, type ViewQuery } from './view-query.js';

/** A document, what is wrong with the question, or that there is nothing of the kind. */
export type Answer<T> =
  { readonly document: T } | { readonly problems: readonly string[] } | { readonly absent: string };

/** Names and values of a question, as a URL gives them. */
export type Parameters = Iterable<readonly [string, string]>;

/** One view in a list. */
export interface ViewLine {
  readonly chain: string;
  readonly view: number;
  readonly leader: VerdictDocument['leader'];
  readonly entered_at_us: number | null;
  /** Null while it is not judged. */
  readonly verdict: Pick<VerdictDocument, 'outcome' | 'cause' | 'culprits' | 'scope' | 'vantage'> | null;
  readonly nodes: readonly { readonly node: string; readonly path: string }[];
}

/** What is read. */
export interface ConsensusSources {
  readonly watch: ConsensusWatch;
  readonly log: VerdictLog;
  readonly evidence: () => EvidenceReader;
}

/** What is known of a view. */
export type KnownView = Pick<ViewMaterial, 'chain' | 'view' | 'verdict' | 'records'>;

/** Views listed with what every node saw, when nobody says how many. */
export const USUAL_VIEWS = 20;

/** Reads all chains. */
export class ConsensusReader {
  readonly #sources: ConsensusSources;

  constructor(sources: ConsensusSources) {
    this.#sources = sources;
  }

  /** Chains of which something is known, in order of name. */
  chains(): string[] {
    const { watch, log } = this.#sources;
    return [...new Set([...watch.chains(), ...log.chains()])].sort();
  }

  names(chain: string): Names {
    return new Names(this.#sources.watch.participation(chain));
  }

  verdicts(parameters: Parameters): Answer<{ readonly verdicts: readonly VerdictDocument[] }> {
    const parsed = parseViewQuery(parameters);
    if ('problems' in parsed) return parsed;
    return { document: { verdicts: this.listVerdicts(parsed.query) } };
  }

  /** Verdicts that are held, newest view first within a chain. */
  listVerdicts(query: ViewQuery): VerdictDocument[] {
    const found: VerdictDocument[] = [];
    for (const chain of query.chain === undefined ? this.chains() : [query.chain]) {
      const names = this.names(chain);
      const culprit = query.validator === undefined ? undefined : names.idOf(query.validator);
      for (const verdict of this.#sources.log.list(chain)) {
        if (found.length >= query.limit) return found;
        if (isAskedFor(verdict, query, culprit)) found.push(verdictDocument(verdict, names));
      }
    }
    return found;
  }

  /** The last views in a line each, those still open included where nothing but a range is asked for. */
  views(parameters: Parameters): Answer<{ readonly views: readonly ViewLine[] }> {
    const given = [...parameters];
    const parsed = parseViewQuery(given);
    if ('problems' in parsed) return parsed;
    const limit = given.some(([name]) => name === 'limit') ? parsed.query.limit : USUAL_VIEWS;
    const { query } = parsed;
    const lines: ViewLine[] = [];
    for (const chain of query.chain === undefined ? this.chains() : [query.chain]) {
      for (const view of this.#viewsOf(chain, { ...query, limit })) {
        if (lines.length >= limit) break;
        lines.push(lineOf(chain, view, this.describe(chain, view)));
      }
    }
    return { document: { views: lines } };
  }

  /** Everything on one view. */
  view(text: string, parameters: Parameters): Answer<ViewDocument> {
    const view = readView(text);
    const problems = view === undefined ? [`view: found ${JSON.stringify(text)}, expected an integer`] : [];
    const asked = readChain(parameters, problems);
    const chain = asked ?? this.#onlyChain(problems);
    if (view === undefined || chain === undefined || problems.length > 0)
      return problems.length > 0 ? { problems } : { absent: 'nothing is known of any chain yet' };
    const document = this.describe(chain, view);
    return document === undefined ? { absent: this.#whyAbsent(chain, view) } : { document };
  }

  /** Everything on one view; undefined where nothing is held of it. */
  describe(chain: string, view: number): ViewDocument | undefined {
    const { log } = this.#sources;
    const verdict = log.get(chain, view);
    const records = log.records(chain, view);
    if (verdict === undefined && records.length === 0) return undefined;
    return this.compose({ chain, view, verdict, records });
  }

  /** The document of a view that is known from elsewhere. */
  compose({ chain, view, verdict, records }: KnownView): ViewDocument {
    const { watch, evidence } = this.#sources;
    const names = this.names(chain);
    const participants = watch.participation(chain)?.participants ?? [];
    const findings = evidence()
      .list({ chain, view, limit: 100 })
      .map((finding) => findingDocument(finding, names));
    return viewDocument({ chain, view, verdict, records, participants, findings, names });
  }

  validators(parameters: Parameters): Answer<{ readonly chains: readonly ValidatorsDocument[] }> {
    const problems: string[] = [];
    const asked = readChain(parameters, problems);
    if (problems.length > 0) return { problems };
    const chains = asked === undefined ? this.chains() : [asked];
    return { document: { chains: chains.map((chain) => this.listValidators(chain)) } };
  }

  /** How the validators of a chain stand. */
  listValidators(chain: string): ValidatorsDocument {
    const { watch, log } = this.#sources;
    const blamed = new Map<string, Record<string, number>>();
    for (const { cause, culprits } of log.list(chain))
      for (const culprit of cause === undefined ? [] : culprits) {
        const counts = blamed.get(culprit) ?? {};
        counts[cause!] = (counts[cause!] ?? 0) + 1;
        blamed.set(culprit, counts);
      }
    return validatorsDocument(chain, watch.participation(chain), blamed);
  }

  /** Findings by the parameters of `parseEvidenceQuery`; a validator may be given by name. */
  evidence(parameters: Parameters): Answer<{ readonly evidence: readonly FindingDocument[] }> {
    const parsed = parseEvidenceQuery(parameters);
    if ('problems' in parsed) return parsed;
    const { validator, chain, limit = 100 } = parsed.query;
    if (limit < 1 || limit > MOST_LISTED)
      return { problems: [`limit: found ${limit}, expected an integer from 1 to ${MOST_LISTED}`] };
    const chains = chain === undefined ? this.chains() : [chain];
    const ids = validator === undefined ? [] : chains.map((name) => this.names(name).idOf(validator));
    const query = {
      ...parsed.query,
      limit,
      ...(ids[0] === undefined ? {} : { validator: ids.find((id) => id !== validator) ?? ids[0] }),
    };
    const found = this.#sources.evidence().list(query);
    return {
      document: { evidence: found.map((finding) => findingDocument(finding, this.names(finding.chain))) },
    };
  }

  /** One finding. */
  finding(id: string): Answer<FindingDocument> {
    const finding = this.#sources.evidence().get(id);
    if (finding === undefined) return { absent: `there is no finding ${JSON.stringify(id.slice(0, 64))}` };
    return { document: findingDocument(finding, this.names(finding.chain)) };
  }

  #viewsOf(chain: string, query: ViewQuery): number[] {
    const { watch, log } = this.#sources;
    const names = this.names(chain);
    const culprit = query.validator === undefined ? undefined : names.idOf(query.validator);
    const judged = log.list(chain).filter((verdict) => isAskedFor(verdict, query, culprit));
    const found = new Set(judged.map(({ view }) => view));
    const isOfVerdicts = query.outcome ?? query.cause ?? query.validator;
    if (isOfVerdicts === undefined) {
      const views = watch.views(chain);
      for (const node of views?.nodes() ?? []) {
        let taken = 0;
        for (const { view } of views!.records(node)) {
          if (!isInRange(view, query)) continue;
          found.add(view);
          if (++taken >= query.limit) break;
        }
      }
    }
    return [...found].sort((a, b) => b - a).slice(0, query.limit);
  }

  #onlyChain(problems: string[]): string | undefined {
    const chains = this.chains();
    if (chains.length > 1) problems.push(`chain: there are several, name one of ${chains.join(', ')}`);
    return chains[0];
  }

  #whyAbsent(chain: string, view: number): string {
    const views = this.#sources.log.list(chain).map((verdict) => verdict.view);
    if (views.length === 0) return `nothing is known of the chain ${JSON.stringify(chain.slice(0, 64))}`;
    const held = `views ${views.at(-1)} to ${views[0]} are held in part: all recent ones, and the failed and lagged ones before`;
    return `nothing is held of view ${view}; ${held}`;
  }
}

/** The view in a line. */
export function lineOf(chain: string, view: number, document: ViewDocument | undefined): ViewLine {
  const verdict = document?.verdict ?? null;
  return {
    chain,
    view,
    leader: document?.leader ?? null,
    entered_at_us: document?.entered_at_us ?? null,
    verdict:
      verdict === null
        ? null
        : {
            outcome: verdict.outcome,
            cause: verdict.cause,
            culprits: verdict.culprits,
            scope: verdict.scope,
            vantage: verdict.vantage,
          },
    nodes: (document?.nodes ?? []).map(({ node, path }) => ({ node, path })),
  };
}

function isInRange(view: number, { from = 0, to = Infinity }: ViewQuery): boolean {
  return view >= from && view <= to;
}

/** Whether a query asks for a verdict; a validator by its id. */
export function isAskedFor(
  verdict: Pick<ViewVerdict, 'view' | 'outcome' | 'cause' | 'culprits'>,
  query: ViewQuery,
  culprit: string | undefined,
): boolean {
  if (!isInRange(verdict.view, query)) return false;
  if (query.outcome !== undefined && verdict.outcome !== query.outcome) return false;
  if (query.cause !== undefined && verdict.cause !== query.cause) return false;
  return culprit === undefined || verdict.culprits.includes(culprit);
}

function readChain(parameters: Parameters, problems: string[]): string | undefined {
  let chain: string | undefined;
  for (const [name, value] of parameters) {
    if (name === 'chain') chain = value;
    else problems.push(`there is no parameter ${JSON.stringify(name)}; there is chain`);
  }
  return chain;
}
