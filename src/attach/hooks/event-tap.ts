/**
 * The port between the hooks and whatever carries their events away. A tap runs inside the node's own
 * calls: it never throws, blocks, waits or keeps the process alive, and it accounts for each event.
 */
import type { EventPlan, Rank } from './event-plan.js';
import type { HelloFacts, HookIdentity } from './hello.js';
import type { Stamper } from './hook-clock.js';
import type { LossReason } from './loss-ledger.js';

/** What a tap is opened with. */
export interface TapOrigin {
  readonly identity: HookIdentity;
  readonly facts: HelloFacts;
  /** By position in `domainNames`, the `seq` of the first event that the tap will see. */
  readonly nextSeq: readonly number[];
  readonly stamper: Stamper;
  /** To be called when a new stream has begun, or metric events were lost: declarations are due again. */
  readonly redeclare: () => void;
}

/** Takes the events of one hooks object. */
export interface EventTap {
  /** Whether an event of this rank may find room; saves stamping and encoding what would be dropped. */
  hasRoom(rank: Rank): boolean;
  /** Delivers, keeps or drops one event; `body` is not kept. */
  accept(
    plan: EventPlan,
    tsUs: number,
    monoUs: number,
    seq: number,
    weight: number | undefined,
    body: Readonly<Record<string, unknown>>,
  ): void;
  /** Accounts for an event that cannot be accepted; its `seq` is spent. */
  refuse(domain: number, reason: LossReason): void;
  /** The node states new facts about itself. */
  restate(facts: HelloFacts): void;
  /** Lost by position in `domainNames`; of one reason, or of any. */
  lost(reason?: LossReason): readonly number[];
}
