/**
 * What an incident is on disk: a folder `incident-<id>` with `meta.json`, which says what happened and by
 * which software under which configuration it was seen, and `events.ndjson.gz`, the raw lines around it,
 * which `quorumscope replay` takes.
 */
import type { Finding } from '../domains/consensus/findings/finding.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';

/** Names of the files in an incident's folder. */
export const META_FILE = 'meta.json';
/** The raw lines. */
export const EVENTS_FILE = 'events.ndjson.gz';

/** `meta.json`. Times are microseconds since the Unix epoch, by the sidecar's clock. */
export interface IncidentMeta {
  readonly version: 1;
  readonly id: string;
  readonly chain: string;
  /** What belongs together: one incident of a group at a time. */
  readonly group: string;
  /** What began it. */
  readonly trigger: { readonly finding: Finding } | { readonly failed_view: ViewVerdict };
  readonly began_us: number;
  /** When the last of it was noticed; it may have gone on after the window was closed. */
  readonly last_us: number;
  /** The window that `events.ndjson.gz` is of: at least this, as far as lines were kept. */
  readonly window: { readonly from_us: number; readonly to_us: number };
  /** Findings by kind, failed views by cause. */
  readonly counts: Readonly<Record<string, number>>;
  /** Ids of validators that findings or verdicts named. */
  readonly culprits: readonly string[];
  /** Ids of the findings, the first 100. */
  readonly findings: readonly string[];
  readonly events: {
    readonly lines: number;
    readonly bytes: number;
    /** Lines were left out because there were too many. */
    readonly truncated: boolean;
  };
  /** Version of the software that wrote it. */
  readonly software: string;
  /** Digest of the configuration in force. */
  readonly config_digest: string;
}

/** Name of an incident's folder. */
export function incidentFolder(id: string): string {
  return `incident-${id}`;
}

const FOLDER = /^incident-([0-9]{8}T[0-9]{6}Z-[0-9a-f]{8})$/;

/** The id in a folder's name; undefined when it is not an incident's. */
export function incidentIdOf(folder: string): string | undefined {
  return FOLDER.exec(folder)?.[1];
}
