/**
 * The rooms that commands drive, as far as commands know them. `rooms.ts` fills these with the real ones, loaded when
 * first used, so that `version` does not load a simulator.
 */
import type { Feed, SourceDescription } from '../attach/feed.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/sections.js';
import type { Domain } from '../domains/domain.js';
import type { Snapshot } from '../metrics/board.js';

/** One node as the status document shows it. */
export interface NodeStatus {
  readonly node: string;
  readonly connected: boolean;
  readonly run?: string | null;
  readonly height?: number | null;
  readonly view?: number | null;
  readonly last_commit_timestamp_seconds?: number | null;
}

/** The account of one source. */
export interface SourceStatus {
  readonly source: string;
  readonly node_id: string;
  readonly received: number;
  readonly processed: number;
  readonly duplicate: number;
  readonly unknown: number;
  readonly dropped: number;
  readonly invalid: number;
  readonly pending: number;
  readonly missing: number;
}

/** The status document. */
export interface StatusDocument {
  readonly version: string;
  readonly started_at_us: number;
  readonly uptime_seconds: number;
  readonly profile: string;
  readonly chains: readonly { readonly chain: string; readonly nodes: readonly NodeStatus[] }[];
  readonly sources: readonly SourceStatus[];
}

/** Where a running sidecar can be reached. `http` and `telemetry` are `host:port`, `socket` and `tcp` addresses. */
export interface Addresses {
  readonly http?: string | undefined;
  readonly telemetry?: string | undefined;
  readonly socket?: string | undefined;
  readonly tcp?: string | undefined;
}

/** A feed of which nothing is dropped. */
export interface WaitingFeed extends Feed {
  ready(): Promise<void>;
  drained(): Promise<void>;
}

/** A sidecar as commands drive it. */
export interface SidecarFace {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly addresses: Addresses;
  status(): StatusDocument;
  readonly board: { snapshot(): Snapshot };
  /** For sources that can wait. */
  openLossless(source: SourceDescription): WaitingFeed;
}

/** What a sidecar is given besides its configuration. */
export interface SidecarDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For a stream clock: where it hears how far each stream has come. */
  readonly streamTime?: {
    advance(stream: string, tsUs: number): void;
    close(stream: string): void;
  };
  /** Open no door and no port: what is fed comes from this process. */
  readonly closed?: boolean;
  /** Watches besides the sidecar's own domains. */
  readonly extraDomains?: readonly Domain[];
}

/** What `check stream` found. */
export interface StreamCheck {
  /** The text for people. */
  readonly text: string;
  /** The document for machines. */
  readonly report: unknown;
  /** Whether the stream can be used at all. */
  readonly holds: boolean;
}

/** The rooms. */
export interface Rooms {
  createSidecar(config: Config, deps: SidecarDeps): Promise<SidecarFace>;
  /** @throws QuorumscopeError `attach.file` */
  replay(path: string, sidecar: SidecarFace, hello: Config['chain']['hello']): Promise<{ bytes: number }>;
  /** @throws QuorumscopeError `attach.file` */
  checkStream(path: string): Promise<StreamCheck>;
}
