/**
 * What the composition root does with what is understood of consensus: verdicts and findings go to the log that is read,
 * to log lines, to the evidence store, to the incident recorder and to participation. It only connects; it
 * decides nothing.
 *
 *   ConsensusWatch -> verdicts -> verdict log, incidents, whoever else listens
 *                  `-> findings -> evidence, log line, incidents, participation, whoever else listens
 *
 * States: built (evidence in memory, nothing on disk) -> opened (with a data folder: evidence from disk, incidents) ->
 * closed.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { Finding } from './domains/consensus/findings/finding.js';
import type { ViewRecord } from './domains/consensus/record/view-record.js';
import type { ViewVerdict } from './domains/consensus/verdict/view-verdict.js';
import { ConsensusWatch, type ConsensusListeners } from './domains/consensus/watch.js';
import { EvidenceShelf, type EvidenceReader } from './evidence/evidence-shelf.js';
import { EvidenceStore } from './evidence/evidence-store.js';
import { IncidentRecorder, type IncidentRecorderOptions } from './incidents/incident-recorder.js';
import type { Speaking, Tap } from './intake/tap.js';
import { boardMeter } from './journal-meter.js';
import type { Board } from './metrics/board.js';
import { VERSION } from './version.js';
import { ConsensusReader } from './views/consensus-reader.js';
import { VerdictLog, type VerdictLogOptions } from './views/verdict-log.js';

/** What the outlets need. */
export interface OutletOptions {
  readonly config: Config;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who hears of consensus besides. */
  readonly listeners?: readonly ConsensusListeners[];
  /** Who hears of incidents. */
  readonly onIncident?: IncidentRecorderOptions['onIncident'];
  /** Bounds of the verdict log other than its own. */
  readonly verdictLog?: Omit<VerdictLogOptions, 'views'> | undefined;
}

/** Folders within `data.dir`. */
export const EVIDENCE_FOLDER = 'evidence';
/** Where incidents are within `data.dir`. */
export const INCIDENTS_FOLDER = 'incidents';

/** Connects the consensus domain with those who want to know. */
export class ConsensusOutlets implements Tap {
  readonly watch: ConsensusWatch;
  readonly log: VerdictLog;
  readonly reader: ConsensusReader;
  readonly #options: OutletOptions;
  #evidence: EvidenceReader & { finding(finding: Finding): void };
  #store: EvidenceStore | undefined;
  #incidents: IncidentRecorder | undefined;

  constructor(options: OutletOptions) {
    const { listeners = [], config } = options;
    this.#options = options;
    this.#evidence = new EvidenceShelf(config.evidence);
    this.log = new VerdictLog({ views: (chain) => this.watch.views(chain), ...options.verdictLog });
    this.watch = new ConsensusWatch({
      records: {
        closed: (record) => {
          for (const { records } of listeners) records?.closed(record);
        },
        amended: (record) => this.#amended(record),
      },
      verdicts: {
        verdict: (verdict) => this.#verdict(verdict),
        settled: (verdict) => this.#settled(verdict),
      },
      findings: { finding: (finding) => this.#finding(finding) },
    });
    const { watch, log } = this;
    this.reader = new ConsensusReader({ watch, log, evidence: () => this.#evidence });
  }

  /** Whether lines are wanted: only an incident needs them. */
  get wantsLines(): boolean {
    return this.#options.config.data.dir !== null;
  }

  /** Where incidents are; undefined where none are recorded. */
  get incidentFolder(): string | undefined {
    const { dir } = this.#options.config.data;
    return dir === null ? undefined : join(dir, INCIDENTS_FOLDER);
  }

  /** Opens what is on disk, where there is a data folder. @throws QuorumscopeError as `Journal.open` does */
  async open(): Promise<void> {
    const { config, board, clock, logger, onIncident } = this.#options;
    const folder = this.incidentFolder;
    if (config.data.dir === null || folder === undefined || this.#store !== undefined) return;
    const store = await EvidenceStore.open({
      folder: join(config.data.dir, EVIDENCE_FOLDER),
      meter: boardMeter(board, 'evidence'),
      board,
      clock,
      logger,
      ...config.evidence,
    });
    // What was found while the store was being opened.
    for (const finding of this.#evidence.list().reverse()) store.finding(finding);
    this.#evidence = this.#store = store;
    const origin = { software: VERSION, configDigest: digestOf(config) };
    const room = { folder, board, clock, logger, onIncident };
    this.#incidents = new IncidentRecorder({ ...room, ...config.incidents, ...origin });
  }

  /** Writes what is left. Never rejects. */
  async close(): Promise<void> {
    await this.#incidents?.close();
    await this.#store?.close();
  }

  line(line: string, speaking: Speaking | undefined): void {
    this.#incidents?.line(line, speaking);
  }

  hello(line: string, speaking: Speaking): void {
    this.#incidents?.hello(line, speaking);
  }

  #amended(record: ViewRecord): void {
    this.log.amended(record);
    for (const { records } of this.#options.listeners ?? []) records?.amended?.(record);
  }

  #verdict(verdict: ViewVerdict): void {
    this.log.verdict(verdict);
    this.#incidents?.verdict(verdict);
    for (const { verdicts } of this.#options.listeners ?? []) verdicts?.verdict(verdict);
  }

  #settled(verdict: ViewVerdict): void {
    this.log.settled(verdict);
    for (const { verdicts } of this.#options.listeners ?? []) verdicts?.settled?.(verdict);
  }

  #finding(finding: Finding): void {
    const { logger, listeners = [] } = this.#options;
    const { chain, kind, validators, view } = finding;
    this.#evidence.finding(finding);
    logger.warn(`a ${finding.class} finding`, fieldsOf(finding));
    this.#incidents?.finding(finding);
    const participation = this.watch.participation(chain);
    if (finding.class === 'byzantine')
      for (const validator of validators) participation?.breached(validator, kind, view ?? 0);
    for (const { findings } of listeners) findings?.finding(finding);
  }
}

function fieldsOf({ id, chain, kind, validators, view, height, detail }: Finding): Record<string, unknown> {
  return {
    chain,
    kind,
    validators,
    ...(view === undefined ? {} : { view }),
    ...(height === undefined ? {} : { height }),
    detail,
    evidence: id,
  };
}

/** Tells whether two incidents were seen under the same configuration. */
function digestOf(config: Config): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);
}
