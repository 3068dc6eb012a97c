/**
 * Fetches blocks that a replica missed while it was down or cut off. One fetch runs at a time; its
 * target moves up when a higher missing block is met. Peers answer with blocks in ascending height;
 * each block brings the certificate of its parent, so that inserting them commits them in order.
 * A peer that does not answer within the timer is replaced by the next.
 *
 * States: idle -> fetching -> idle. Proposals whose parent is missing wait here, bounded.
 */
import type { Block } from './block.js';
import type { BlockTree } from './block-tree.js';
import { Timer, type Effects, type Observer } from './effects.js';
import { Kind, type ProposalMessage, type SyncRequest, type SyncResponse } from './messages.js';

/** Blocks per answer. */
const CHUNK = 256;

/** Waiting proposals; the oldest makes room, since it can be fetched. */
const MAX_ORPHANS = 256;

/** What fetching needs of its replica. */
export interface CatchUpHost {
  readonly self: number;
  readonly size: number;
  readonly view: number;
  readonly tree: BlockTree;
  readonly effects: Effects;
  readonly observer: Observer;
  /** How long a peer may take, microseconds. */
  readonly syncTimeoutUs: number;
  /** Adds a block whose parent is known and draws the conclusions; false when it is not acceptable. */
  adopt(block: Block, from: number): boolean;
}

/** A proposal that waits for its parent. */
interface Orphan {
  readonly from: number;
  readonly proposal: ProposalMessage;
}

/** The fetching of one replica. */
export class CatchUp {
  readonly #host: CatchUpHost;
  #target: { block: number; height: number } | undefined;
  #peer = 0;
  #startHeight = 0;
  #fetched = 0;
  #round = 0;
  #orphans: Orphan[] = [];

  constructor(host: CatchUpHost) {
    this.#host = host;
  }

  /** Whether blocks are being fetched. */
  get active(): boolean {
    return this.#target !== undefined;
  }

  /** A block is certified but missing; `from` says so and is asked first. */
  need(block: number, height: number, from: number): void {
    if (this.#target !== undefined) {
      if (height > this.#target.height) this.#target = { block, height };
      return;
    }
    const head = this.#host.tree.ledger.head;
    if (height <= head.height) return;
    this.#target = { block, height };
    this.#startHeight = head.height;
    this.#fetched = 0;
    this.#peer = from === this.#host.self ? this.#nextPeer(from) : from;
    this.#host.observer.syncStarted(head.height, height);
    this.#request();
  }

  /** Ends the fetch: the replica goes no further. */
  stop(): void {
    if (this.#target === undefined) return;
    this.#target = undefined;
    const { height } = this.#host.tree.ledger.head;
    this.#host.observer.syncCompleted(this.#startHeight, height, this.#fetched);
  }

  /** Keeps a proposal until its parent is here. */
  keep(orphan: Orphan): void {
    if (this.#orphans.length >= MAX_ORPHANS) this.#orphans.shift();
    this.#orphans.push(orphan);
  }

  /** Takes out the waiting proposals whose parent has come. */
  takeReady(): Orphan[] {
    if (this.#orphans.length === 0) return this.#orphans;
    const { tree } = this.#host;
    const ready = this.#orphans.filter((orphan) => tree.has(orphan.proposal.block.parent));
    if (ready.length === 0) return ready;
    const finalHeight = tree.ledger.head.height;
    this.#orphans = this.#orphans.filter(
      (orphan) => !ready.includes(orphan) && orphan.proposal.block.height > finalHeight,
    );
    return ready;
  }

  /** Answers a peer with what we have above its height, on the way to the block it wants. */
  serve(from: number, request: SyncRequest): void {
    const { tree, effects } = this.#host;
    const blocks: Block[] = [];
    const { ledger } = tree;
    let height = request.haveHeight + 1;
    for (; height <= ledger.head.height && blocks.length < CHUNK; height++) {
      const block = ledger.at(height);
      if (block === undefined) break;
      blocks.push(block);
    }
    const wanted = tree.get(request.block);
    if (wanted !== undefined && height > ledger.head.height)
      blocks.push(...tree.pathTo(wanted).slice(0, CHUNK));
    effects.send(from, { kind: Kind.syncResponse, view: this.#host.view, blocks });
  }

  /** Takes an answer in; asks on until the target is here. */
  receive(from: number, response: SyncResponse): void {
    if (this.#target === undefined) return;
    let taken = 0;
    for (const block of response.blocks) {
      if (this.#host.tree.has(block.id) || block.height <= this.#host.tree.ledger.head.height) continue;
      if (!this.#host.adopt(block, from)) break;
      taken++;
    }
    this.#fetched += taken;
    if (this.#finishIfReached()) return;
    if (taken > 0) this.#request();
    // An answer without news: the timer will turn to another peer, so that a liar cannot spin us.
  }

  /** The peer did not answer in time. */
  expired(round: number): void {
    if (this.#target === undefined || round !== this.#round) return;
    this.#peer = this.#nextPeer(this.#peer);
    this.#request();
  }

  /** Ends the fetch when its target has come, also by another way; true when it ended. */
  #finishIfReached(): boolean {
    const target = this.#target;
    const { tree, observer } = this.#host;
    if (target === undefined) return true;
    const height = tree.ledger.head.height;
    if (!tree.has(target.block) && height < target.height) return false;
    this.#target = undefined;
    observer.syncCompleted(this.#startHeight, Math.max(height, target.height), this.#fetched);
    return true;
  }

  #request(): void {
    const target = this.#target;
    if (target === undefined) return;
    const { effects, tree } = this.#host;
    const haveHeight = tree.ledger.head.height;
    this.#round++;
    effects.send(this.#peer, {
      kind: Kind.syncRequest,
      view: this.#host.view,
      haveHeight,
      block: target.block,
    });
    effects.setTimer(Timer.sync, this.#round, this.#host.syncTimeoutUs);
  }

  #nextPeer(after: number): number {
    const next = (after + 1) % this.#host.size;
    return next === this.#host.self ? (next + 1) % this.#host.size : next;
  }
}
