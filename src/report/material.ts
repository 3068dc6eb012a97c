/** What a report is made of: everything that was learnt from a recording, chain by chain. */
import type { FindingDocument } from '../views/finding-document.js';
import type { ValidatorsDocument } from '../views/validator-document.js';
import type { VerdictDocument } from '../views/verdict-document.js';
import type { ViewDocument } from '../views/view-document.js';
import type { Episode } from './episodes.js';
import type { ChainTally } from './tally.js';

/** A view that is told at length. */
export interface ToldView {
  readonly document: ViewDocument;
  /** The same as `explain` prints it. */
  readonly text: string;
}

/** One chain of the recording. */
export interface ChainMaterial {
  readonly chain: string;
  readonly nodes: readonly string[];
  readonly tally: ChainTally;
  /** Those that are held, highest view first: all of a short recording. */
  readonly verdicts: readonly VerdictDocument[];
  readonly episodes: readonly Episode[];
  /** The first view of the first episodes. */
  readonly told: readonly ToldView[];
  readonly validators: ValidatorsDocument;
  /** Newest first. */
  readonly findings: readonly FindingDocument[];
}

/** One thing checked of one chain. */
export interface CheckResult {
  readonly chain: string;
  readonly name: string;
  /** What is expected, as a sentence. */
  readonly expectation: string;
  /** What was found instead; empty where it holds. */
  readonly problems: readonly string[];
  /** How many there were: more than are listed, when there are many. */
  readonly count: number;
}

/** A recording. */
export interface ReportMaterial {
  readonly file: string;
  /** Of the software that read it. */
  readonly version: string;
  readonly bytes: number;
  /** Microseconds since the Unix epoch. */
  readonly endedAtUs: number;
  readonly chains: readonly ChainMaterial[];
  /** Lines that could not be taken: missing, invalid or dropped events. */
  readonly losses: { readonly missing: number; readonly invalid: number; readonly dropped: number };
  readonly checks: readonly CheckResult[];
}
