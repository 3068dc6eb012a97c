/**
 * An incident while it lasts: what it has counted, the lines it holds, until when. Pure but for the
 * chunks that it shares with the ring.
 */
import { createHash } from 'node:crypto';
import type { Finding } from '../domains/consensus/findings/finding.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import { incidentFolder, incidentIdOf, type IncidentMeta } from './incident.js';
import type { LineChunk } from './line-ring.js';

const MAX_FINDINGS = 100;
const MAX_CULPRITS = 1_000;

/** What begins an incident or belongs to one. */
export type Trigger =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'failed_view'; readonly verdict: ViewVerdict };

/** What every incident's meta says alike. */
export interface IncidentOrigin {
  readonly software: string;
  readonly configDigest: string;
}

/** States: holding lines, which are taken to the disk as they are ready -> written, going on -> over. */
export class OpenIncident {
  readonly id: string;
  readonly group: string;
  readonly trigger: Trigger;
  readonly beganUs: number;
  lastUs: number;
  toUs: number;
  isWritten = false;
  /** What is not on its way to the disk yet, the oldest first. */
  #chunks: LineChunk[] = [];
  readonly #fromUs: number;
  readonly #counts = new Map<string, number>();
  readonly #culprits = new Set<string>();
  readonly #findings: string[] = [];
  #isTruncated = false;
  #lines = 0;
  #lineBytes = 0;
  /** Of what was taken: on the disk, or in memory on its way there. */
  #takenBytes = 0;

  constructor(group: string, trigger: Trigger, nowUs: number, window: { beforeUs: number; afterUs: number }) {
    this.group = group;
    this.trigger = trigger;
    this.beganUs = nowUs;
    this.lastUs = nowUs;
    this.toUs = nowUs + window.afterUs;
    this.#fromUs = nowUs - window.beforeUs;
    this.id = idOf(group, nowUs);
  }

  get fromUs(): number {
    return this.#fromUs;
  }

  get chain(): string {
    const { trigger } = this;
    return trigger.kind === 'finding' ? trigger.finding.chain : trigger.verdict.chain;
  }

  /** One more of the same. */
  note(trigger: Trigger, nowUs: number): void {
    this.lastUs = nowUs;
    const { name, culprits } =
      trigger.kind === 'finding'
        ? { name: trigger.finding.kind, culprits: trigger.finding.validators }
        : { name: trigger.verdict.cause ?? 'unknown', culprits: trigger.verdict.culprits };
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    for (const culprit of culprits) if (this.#culprits.size < MAX_CULPRITS) this.#culprits.add(culprit);
    if (trigger.kind === 'finding' && this.#findings.length < MAX_FINDINGS)
      this.#findings.push(trigger.finding.id);
  }

  /** Keeps a chunk, unless the incident would become larger than that. */
  hold(chunk: LineChunk, maxBytes: number): void {
    const heldBytes = this.#chunks.reduce((sum, { size }) => sum + size, this.#takenBytes);
    if (this.#isTruncated || (heldBytes + chunk.size > maxBytes && heldBytes > 0)) {
      this.#isTruncated = true;
      return;
    }
    this.#chunks.push(chunk);
  }

  /** Gives away what no line is added to any more. */
  takeReady(): LineChunk[] {
    const first = this.#chunks.findIndex(({ isReady }) => !isReady);
    return this.#take(first < 0 ? this.#chunks.length : first);
  }

  /** Gives away all lines that are left: it is written. */
  takeLines(): LineChunk[] {
    this.isWritten = true;
    return this.#take(this.#chunks.length);
  }

  /** What took `heldBytes` of memory when it was taken takes `bytes` of the disk. */
  wrote(heldBytes: number, bytes: number): void {
    this.#takenBytes += bytes - heldBytes;
  }

  #take(count: number): LineChunk[] {
    const taken = this.#chunks.splice(0, count);
    for (const { size, lines, lineBytes } of taken) {
      this.#takenBytes += size;
      this.#lines += lines;
      this.#lineBytes += lineBytes;
    }
    return taken;
  }

  meta({ software, configDigest }: IncidentOrigin): IncidentMeta {
    const { trigger } = this;
    return {
      version: 1,
      id: this.id,
      chain: this.chain,
      group: this.group,
      trigger: trigger.kind === 'finding' ? { finding: trigger.finding } : { failed_view: trigger.verdict },
      began_us: this.beganUs,
      last_us: this.lastUs,
      window: { from_us: this.#fromUs, to_us: this.toUs },
      counts: Object.fromEntries(this.#counts),
      culprits: [...this.#culprits],
      findings: this.#findings,
      events: { lines: this.#lines, bytes: this.#lineBytes, truncated: this.#isTruncated },
      software,
      config_digest: configDigest,
    };
  }
}

/** Sorts by time, and differs by group. */
function idOf(group: string, us: number): string {
  const time = new Date(us / 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const hash = createHash('sha256').update(`${group}\n${us}`).digest('hex').slice(0, 8);
  const id = `${time}-${hash}`;
  return incidentIdOf(incidentFolder(id)) ?? `19700101T000000Z-${hash}`;
}
