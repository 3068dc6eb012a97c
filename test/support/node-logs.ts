/**
 * Logs of real nodes and what each program itself reported of the same run, as kept in test/fixtures/logs.
 * Reads a fixture whole; checks that the log is the one that its header speaks of. Never derives truth from a log.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../fixtures/logs/', import.meta.url));

/** What a program reported through its own interface; each list only where the program reports it. */
export interface NodeLogTruth {
  /** Where these figures come from. */
  readonly source: string;
  /** Views entered, in order; views at which the node started. */
  readonly views?: readonly number[];
  readonly started_at?: readonly number[];
  /** Views whose timer expired, in order. */
  readonly timeouts?: readonly number[];
  /** Leader by view: a list from view 0, a record, or a rule in words. */
  readonly leaders?: readonly string[] | Readonly<Record<string, string>> | string;
  readonly commits?: readonly {
    readonly height?: number;
    readonly view?: number;
    readonly block?: string;
    readonly proposer?: string;
    readonly transactions?: number;
  }[];
  readonly received?: readonly {
    readonly view: number;
    readonly height?: number;
    readonly block: string;
    readonly from: string;
  }[];
  /** Views in which the node proposed, voted, formed a certificate. */
  readonly proposed?: readonly number[];
  readonly votes?: readonly number[];
  readonly certificates?: readonly number[];
  /** Sums up to a moment, for programs that report only those. */
  readonly ticks?: readonly {
    readonly at: string;
    readonly commits: number;
    readonly view_changes: number;
    readonly view_changes_by_timeout: number;
  }[];
}

/** The header beside a log. */
export interface NodeLogHeader {
  readonly program: string;
  readonly version: string;
  readonly revision: string;
  readonly licence: string;
  readonly origin: 'captured' | 'source-strings';
  readonly command?: string;
  readonly strings?: readonly string[];
  readonly run: string;
  readonly node: string;
  readonly validators: readonly string[];
  readonly log: {
    readonly file: string;
    readonly lines: number;
    readonly bytes: number;
    readonly sha256: string;
  };
  readonly truth: NodeLogTruth;
}

/** Names of all fixtures as `program/name`. */
export function nodeLogs(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((folder) =>
      readdirSync(`${root}${folder.name}`)
        .filter((file) => file.endsWith('.json'))
        .map((file) => `${folder.name}/${file.slice(0, -'.json'.length)}`),
    )
    .sort();
}

/** The header of a fixture. */
export function nodeLogHeader(name: string): NodeLogHeader {
  return JSON.parse(readFileSync(`${root}${name}.json`, 'utf8')) as NodeLogHeader;
}

/** The bytes of a fixture's log. @throws Error when they are not those that the header speaks of. */
export function nodeLogBytes(name: string): Buffer {
  const { log } = nodeLogHeader(name);
  const bytes = gunzipSync(readFileSync(`${root}${name.slice(0, name.indexOf('/'))}/${log.file}`));
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== log.sha256)
    throw new Error(`${name}: the log has SHA-256 ${found}, its header says ${log.sha256}`);
  return bytes;
}

/** The leader of a view as the program reports it; undefined where it reports none. */
export function leaderOf(truth: NodeLogTruth, view: number): string | undefined {
  const { leaders } = truth;
  if (leaders === undefined || typeof leaders === 'string') return undefined;
  return 'length' in leaders ? (leaders as readonly string[])[view] : leaders[String(view)];
}
