/**
 * Keeps the last minutes of raw lines, and freezes those around each finding, or burst of failed views,
 * into a folder of its own, with what came before and after. One incident per group while it lasts: what
 * belongs to it afterwards is only counted.
 *
 *   quiet --trigger--> holding (lines before, and those to come; they go to the disk as they are ready) --window over--> written
 *   written --more of the same--> written, counted --quiet for long enough--> over
 *
 * It never throws, never waits for the disk, and bounds everything: lines, incidents at a time, incidents
 * kept, bytes. What it leaves out is counted.
 */
import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Finding, FindingListener } from '../domains/consensus/findings/finding.js';
import type { VerdictListener, ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { Speaking, Tap } from '../intake/tap.js';
import type { Board } from '../metrics/board.js';
import { incidentMetrics as m } from './catalogue.js';
import type { IncidentMeta } from './incident.js';
import { IncidentFile, removeBeyond, removeUnfinished, updateIncident } from './incident-files.js';
import { LineRing, Recording, type LineChunk } from './line-ring.js';
import { OpenIncident, type IncidentOrigin, type Trigger } from './open-incident.js';

const MINUTE_US = 60_000_000;
const TICK_US = 1_000_000;
const MAX_AT_ONCE = 8;
/** A burst: so many failed views among the last so many. */
const BURST_VIEWS = 3;
const BURST_WINDOW = 10;
const MAX_CHAINS = 100;

/** An incident has of the time after it began at least three times what memory holds of the time before. */
const INCIDENT_TO_BUFFER = 4;

/** An incident on its way to the disk. */
interface Written {
  readonly file: IncidentFile;
  readonly recording: Recording;
}

/** Where incidents go, and all bounds. */
export interface IncidentRecorderOptions extends IncidentOrigin {
  readonly folder: string;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How far back lines are kept. Default 15 min. */
  readonly keepUs?: number;
  /** Most bytes of lines in memory. Default 16 MiB; an incident has at most four times as many. */
  readonly maxBufferBytes?: number;
  /** What an incident has of the time before it began. Default 5 min. */
  readonly beforeUs?: number;
  /** What it has of the time after. Default 1 min. */
  readonly afterUs?: number;
  /** An incident of which nothing was noticed for so long is over. Default 5 min. */
  readonly quietUs?: number;
  /** Most incidents on disk. Default 50. */
  readonly maxIncidents?: number;
  /** Most bytes of them. Default 512 MiB. */
  readonly maxBytes?: number;
  /** Hears that one began, is on disk, or is over. Quick, and never throws. */
  readonly onIncident?: ((stage: IncidentStage, meta: IncidentMeta) => void) | undefined;
}

/** How far an incident has come. */
export type IncidentStage = 'began' | 'written' | 'over';

/** States: open -> closed. */
export class IncidentRecorder implements Tap, FindingListener, VerdictListener {
  readonly #options: IncidentRecorderOptions;
  readonly #ring: LineRing;
  readonly #open = new Map<string, OpenIncident>();
  readonly #files = new Map<OpenIncident, Written>();
  /** By chain: whether each of the last views failed. */
  readonly #recent = new Map<string, boolean[]>();
  readonly #timer: Timer;
  readonly #maxIncidentBytes: number;
  #writing: Promise<void>;

  constructor(options: IncidentRecorderOptions) {
    this.#options = options;
    const { clock, folder, keepUs = 15 * MINUTE_US, maxBufferBytes = 16 * 1024 * 1024 } = options;
    this.#maxIncidentBytes = INCIDENT_TO_BUFFER * maxBufferBytes;
    this.#ring = new LineRing({ clock, keepUs, maxBytes: maxBufferBytes });
    this.#ring.onChunk = (chunk) => {
      for (const incident of this.#open.values())
        if (!incident.isWritten) incident.hold(chunk, this.#maxIncidentBytes);
    };
    this.#timer = clock.every(TICK_US, () => this.#tick());
    this.#writing = this.#guarded(async () => {
      await removeUnfinished(folder);
      await this.#tidy();
    });
  }

  line(line: string, speaking: Speaking | undefined): void {
    this.#ring.line(line, speaking);
  }

  hello(line: string, speaking: Speaking): void {
    this.#ring.hello(line, speaking);
  }

  finding(finding: Finding): void {
    const group = `${finding.chain}|${finding.class}|${finding.kind}`;
    this.#notice(group, { kind: 'finding', finding });
  }

  verdict(verdict: ViewVerdict): void {
    if (verdict.revision > 0) return;
    const { chain } = verdict;
    let recent = this.#recent.get(chain);
    if (recent === undefined) {
      if (this.#recent.size >= MAX_CHAINS) return;
      this.#recent.set(chain, (recent = []));
    }
    const hasFailed = verdict.outcome === 'failed';
    recent.push(hasFailed);
    if (recent.length > BURST_WINDOW) recent.shift();
    if (!hasFailed) return;
    const group = `${chain}|failed_views`;
    const isBurst = recent.filter(Boolean).length >= BURST_VIEWS;
    if (isBurst || this.#open.has(group)) this.#notice(group, { kind: 'failed_view', verdict });
  }

  /** Incidents that last now. */
  get lasting(): readonly string[] {
    return [...this.#open.values()].map(({ id }) => id);
  }

  /** Resolves when all lines in memory that are to be compressed have been. */
  packed(): Promise<void> {
    return this.#ring.packed();
  }

  /** Resolves when everything that was to be written until now has been. */
  written(): Promise<void> {
    return this.#writing;
  }

  /** Writes what lasts, as far as it has come. */
  close(): Promise<void> {
    this.#timer.stop();
    for (const incident of this.#open.values()) {
      if (incident.isWritten) this.#finish(incident);
      else this.#write(incident);
    }
    this.#open.clear();
    return this.#writing;
  }

  #notice(group: string, trigger: Trigger): void {
    const { clock, board, folder, beforeUs = 5 * MINUTE_US, afterUs = MINUTE_US } = this.#options;
    const nowUs = clock.nowUs();
    let incident = this.#open.get(group);
    const isNew = incident === undefined;
    if (incident === undefined) {
      if (this.#open.size >= MAX_AT_ONCE) return board.counter(m.lost).at('too_many').add();
      incident = new OpenIncident(group, trigger, nowUs, { beforeUs, afterUs });
      for (const chunk of this.#ring.since(incident.fromUs)) incident.hold(chunk, this.#maxIncidentBytes);
      this.#open.set(group, incident);
      this.#files.set(incident, { file: new IncidentFile(folder, incident.id), recording: new Recording() });
    }
    incident.note(trigger, nowUs);
    if (isNew) this.#options.onIncident?.('began', incident.meta(this.#options));
  }

  #tick(): void {
    const { clock, board, quietUs = 5 * MINUTE_US } = this.#options;
    const nowUs = clock.nowUs();
    this.#ring.expire();
    board.gauge(m.bufferBytes).at().set(this.#ring.bytes);
    board
      .gauge(m.bufferSeconds)
      .at()
      .set(Math.max(0, nowUs - (this.#ring.beginUs ?? nowUs)) / 1e6);
    for (const [group, incident] of this.#open) {
      if (!incident.isWritten && nowUs >= incident.toUs) this.#write(incident);
      else if (!incident.isWritten) this.#append(incident, incident.takeReady());
      if (!incident.isWritten || nowUs - incident.lastUs < quietUs) continue;
      this.#open.delete(group);
      this.#finish(incident);
    }
  }

  #append(incident: OpenIncident, chunks: readonly LineChunk[]): void {
    const { file, recording } = this.#files.get(incident)!;
    // Now: the ring may still be adding to the last chunk.
    const lines = [...recording.of(chunks)];
    const heldBytes = chunks.reduce((sum, { size }) => sum + size, 0);
    if (lines.length > 0) this.#queue(async () => incident.wrote(heldBytes, await file.append(lines)));
  }

  #write(incident: OpenIncident): void {
    const { board } = this.#options;
    const { file } = this.#files.get(incident)!;
    this.#append(incident, incident.takeLines());
    this.#files.delete(incident);
    const meta = incident.meta(this.#options);
    this.#queue(async () => {
      if (!(await file.finish(meta))) return;
      board.counter(m.recorded).at(incident.trigger.kind).add();
      this.#options.onIncident?.('written', meta);
      await this.#tidy();
    });
  }

  /** It is over: what was counted since it was written goes into its meta. */
  #finish(incident: OpenIncident): void {
    const { folder, onIncident } = this.#options;
    this.#queue(async () => {
      const meta = incident.meta(this.#options);
      await updateIncident(folder, meta).catch(ignoreRemoved);
      onIncident?.('over', meta);
    });
  }

  async #tidy(): Promise<void> {
    const { folder, board, maxIncidents = 50, maxBytes = 512 * 1024 * 1024 } = this.#options;
    const { removed, kept, bytes } = await removeBeyond(folder, { maxIncidents, maxBytes });
    board.counter(m.removed).at().add(removed);
    board.gauge(m.kept).at().set(kept);
    board.gauge(m.keptBytes).at().set(bytes);
  }

  /** One write at a time, in order. */
  #queue(task: () => Promise<void>): void {
    const before = this.#writing;
    this.#writing = before.then(() => this.#guarded(task));
  }

  async #guarded(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      const { board, logger, folder } = this.#options;
      board.counter(m.lost).at('error').add();
      logger.error('an incident cannot be written', { folder, error: messageOf(error) });
    }
  }
}

function ignoreRemoved(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
