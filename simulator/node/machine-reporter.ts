/**
 * Tells what happens around consensus in one process run: messages, peers, disk, mempool, execution,
 * process. Every number comes from what the simulation did; where a real process would have a number
 * that the simulation does not have (threads, garbage collection), nothing is said.
 */
import type { Block } from '../protocol/block.js';
import { messageNames, type Message } from '../protocol/messages.js';
import type { Committee } from '../protocol/committee.js';
import type { SafetyRecord } from '../protocol/effects.js';
import type { Admission, EvictionReason, Refusal, Submission } from '../workload/mempool.js';
import { hashText, type ContentHash } from '../workload/content-hash.js';
import { BLOCK_FUEL_LIMIT, type Execution } from '../workload/contracts.js';
import type { Disk } from './disk.js';
import type { Executed } from './executor.js';
import { SIGN_US, workUs, type SignatureWork } from './hardware.js';
import type { SimulatedNodeHooks } from './identity.js';
import type { SharedBodies } from './shared-bodies.js';
import type { NodeWorld } from './world.js';

/** Bytes of a safety record: lock, voted view, checksum; the voted block comes on top. */
const RECORD_BYTES = 160;

/** Bytes of one state key with its value. */
const STATE_ENTRY_BYTES = 104;

/** A state read that the page cache answers; the simulated state always fits. */
const STATE_READ_US = 2;

/** The non-consensus events of one process run. */
export class MachineReporter {
  readonly #world: NodeWorld;
  readonly #node: number;
  readonly #hooks: SimulatedNodeHooks;
  readonly #shared: SharedBodies;
  readonly #compiled = new Set<string>();
  #peers: readonly number[] = [];
  /** The set whose members are connected as validators. */
  #committee: Committee;

  constructor(world: NodeWorld, node: number, hooks: SimulatedNodeHooks) {
    this.#world = world;
    this.#node = node;
    this.#hooks = hooks;
    this.#shared = world.sharedBodies;
    this.#committee = world.replicaConfig.schedule?.of(0).committee ?? world.committee;
  }

  /** Peers connected now, ascending. */
  get peers(): readonly number[] {
    return this.#peers;
  }

  /** Of these, those that are of the validator set. */
  get validatorPeers(): number {
    return this.#peers.filter((peer) => this.#committee.includes(peer)).length;
  }

  /** The node goes on with another validator set: who left or joined it is connected anew, as what it is now. */
  setChanged(committee: Committee): void {
    const before = this.#committee;
    this.#committee = committee;
    const moved = this.#peers.filter((peer) => before.includes(peer) !== committee.includes(peer));
    for (const peer of moved) {
      this.#disconnected(peer, this.#node < peer ? 'closed_by_us' : 'closed_by_peer');
      this.peerConnected(peer);
    }
  }

  started(version: string, lockRestored: boolean): void {
    this.#hooks.process.started({ version, lock_restored: lockRestored });
  }

  /** The validator with the lower position dials. */
  peerConnected(peer: number): void {
    if (this.#peers.includes(peer)) return;
    this.#peers = [...this.#peers, peer].sort((a, b) => a - b);
    this.#hooks.network.peerConnected({
      peer: this.#world.names.node(peer),
      direction: this.#node < peer ? 'outbound' : 'inbound',
      validator: this.#committee.includes(peer) ? this.#world.names.validator(peer) : undefined,
    });
  }

  /** The other process died, and its machine closed the connection; or nothing was heard on it for too long. */
  peerDisconnected(peer: number, silent: boolean): void {
    if (this.#peers.includes(peer)) this.#disconnected(peer, silent ? 'timeout' : 'closed_by_peer');
  }

  #disconnected(peer: number, reason: 'timeout' | 'closed_by_peer' | 'closed_by_us'): void {
    this.#peers = this.#peers.filter((other) => other !== peer);
    this.#hooks.network.peerDisconnected({
      peer: this.#world.names.node(peer),
      reason,
      direction: this.#node < peer ? 'outbound' : 'inbound',
    });
  }

  messageSent(to: number, message: Message, bytes: number): void {
    const { kind, view } = message;
    const { messageSent } = this.#shared;
    this.#hooks.network.messageSent(
      messageSent.find(undefined, kind, to, bytes, view) ??
        messageSent.keep({ message: messageNames[kind], peer: this.#world.names.node(to), bytes, view }),
    );
  }

  messageReceived(from: number, message: Message, bytes: number, queueUs: number): void {
    const { kind, view } = message;
    const { messageReceived } = this.#shared;
    this.#hooks.network.messageReceived(
      messageReceived.find(undefined, kind, from, bytes, view, queueUs) ??
        messageReceived.keep({
          message: messageNames[kind],
          peer: this.#world.names.node(from),
          bytes,
          view,
          queue_us: queueUs,
        }),
    );
  }

  messageProcessed(message: Message, durationUs: number): void {
    const { kind } = message;
    const { messageProcessed } = this.#shared;
    this.#hooks.network.messageProcessed(
      messageProcessed.find(undefined, kind, durationUs) ??
        messageProcessed.keep({ message: messageNames[kind], duration_us: durationUs }),
    );
  }

  signaturesVerified(work: SignatureWork): void {
    const { consensus } = this.#hooks;
    const single = { single: work.single, batched: 0 };
    if (work.single > 0)
      consensus.signatureProcessed({
        operation: 'verify',
        duration_us: workUs(single),
        signatures: work.single,
      });
    if (work.batched > 0)
      consensus.signatureProcessed({
        operation: 'verify_aggregate',
        duration_us: workUs({ single: 0, batched: work.batched }),
        signatures: work.batched,
      });
  }

  signed(): void {
    this.#hooks.consensus.signatureProcessed({ operation: 'sign', duration_us: SIGN_US, signatures: 1 });
  }

  /** A safety record is durable. */
  recordPersisted(record: SafetyRecord, durationUs: number, disk: Disk): void {
    const { storage } = this.#hooks;
    const { blockWritten, recordWritten, recordSynced } = this.#shared;
    if (record.block !== undefined) {
      const bytes = record.block.payload.bytes + RECORD_BYTES;
      const physical = disk.count(bytes, true);
      storage.writeCompleted(
        blockWritten.find(undefined, durationUs, bytes, physical) ??
          blockWritten.keep(written('block', durationUs, bytes, physical)),
      );
    }
    const physical = disk.count(RECORD_BYTES, false);
    storage.writeCompleted(
      recordWritten.find(undefined, durationUs, physical) ??
        recordWritten.keep(written('vote', durationUs, RECORD_BYTES, physical)),
    );
    storage.syncCompleted(
      recordSynced.find(undefined, durationUs) ??
        recordSynced.keep({ target: 'vote', duration_us: durationUs }),
    );
  }

  transactionAdmitted({ transaction, bytes, submittedAtUs }: Submission, verifyUs: number): void {
    const { startUs, transactions } = this.#world;
    this.#hooks.mempool.transactionAdmitted({
      tx: transactions.id(transaction),
      bytes,
      submitted_at_us: startUs + submittedAtUs,
    });
    this.#hooks.state.transactionValidated({ outcome: 'valid', duration_us: verifyUs });
  }

  transactionRejected(transaction: number, reason: Refusal): void {
    this.#hooks.mempool.transactionRejected({ tx: this.#world.transactions.id(transaction), reason });
  }

  transactionEvicted(transaction: number, reason: EvictionReason): void {
    this.#hooks.mempool.transactionEvicted({ tx: this.#world.transactions.id(transaction), reason });
  }

  transactionCommitted(transaction: number, height: number, admission: Admission): void {
    const { startUs, transactions } = this.#world;
    this.#hooks.mempool.transactionCommitted({
      tx: transactions.id(transaction),
      height,
      admitted_at_us: this.#world.stampUs(this.#node, admission.admittedAtUs),
      submitted_at_us: startUs + admission.submittedAtUs,
    });
  }

  /** A block was executed and its results are durable. */
  executed(executed: Executed, stateRoot: ContentHash, disk: Disk): void {
    const { block } = executed;
    let failed = 0;
    let failedFuel = 0;
    let writes = 0;
    for (const transaction of block.payload.transactions) {
      const execution = this.#world.transactions.execution(transaction);
      this.#invoked(transaction, execution, block.height);
      writes += execution.writes;
      if (execution.outcome === 'ok') continue;
      failed++;
      failedFuel += execution.fuel;
    }
    this.#resultsWritten(writes, executed, disk);
    const { executeUs, syncUs } = executed;
    this.#transitionApplied(block, executeUs + syncUs, Math.max(1, writes), stateRoot);
    const { blockExecuted } = this.#shared;
    this.#hooks.execution.blockExecuted(
      blockExecuted.find(stateRoot, block.id, failed, failedFuel, executeUs) ??
        blockExecuted.keep({
          height: block.height,
          view: block.view,
          transactions: block.payload.transactions.length,
          failed,
          fuel_used: block.payload.fuel,
          fuel_limit: BLOCK_FUEL_LIMIT,
          failed_fuel: failedFuel,
          duration_us: executeUs,
          state_root: hashText(stateRoot),
        }),
    );
  }

  #transitionApplied({ height }: Block, durationUs: number, transitions: number, root: ContentHash): void {
    const { transitionApplied } = this.#shared;
    this.#hooks.state.transitionApplied(
      transitionApplied.find(root, height, durationUs, transitions) ??
        transitionApplied.keep({
          height,
          duration_us: durationUs,
          transitions,
          state_root: hashText(root),
        }),
    );
  }

  /** A transaction's result is durable; said where this node had admitted it. */
  resultPersisted(transaction: number, height: number, submittedAtUs: number | undefined): void {
    const { startUs, transactions } = this.#world;
    this.#hooks.execution.resultPersisted({
      tx: transactions.id(transaction),
      height,
      submitted_at_us: submittedAtUs === undefined ? undefined : startUs + submittedAtUs,
    });
  }

  #invoked(transaction: number, execution: Execution, height: number): void {
    const { contract, entry } = execution;
    const { state, storage } = this.#hooks;
    const known = this.#compiled.has(contract);
    this.#compiled.add(contract);
    this.#hooks.execution.moduleHandled({
      operation: known ? 'hit' : 'compile',
      code_bytes: execution.codeBytes,
    });
    if (execution.reads > 0) {
      const duration_us = execution.reads * STATE_READ_US;
      const bytes = execution.reads * STATE_ENTRY_BYTES;
      storage.readCompleted({ key_type: 'state', outcome: 'ok', duration_us, bytes });
      state.queryCompleted({ outcome: 'ok', duration_us });
    }
    this.#hooks.execution.invocationCompleted({
      contract,
      entry,
      kind: 'call',
      outcome: execution.outcome,
      fuel_used: execution.fuel,
      fuel_limit: execution.fuelLimit,
      fuel_by_class: execution.fuelByClass,
      duration_us: execution.durationUs,
      memory_peak_bytes: execution.memoryBytes,
      height,
      tx: this.#world.transactions.id(transaction),
      depth: 0,
    });
  }

  #resultsWritten(writes: number, executed: Executed, disk: Disk): void {
    const { storage } = this.#hooks;
    const operations = writes + executed.block.payload.transactions.length + 1;
    const bytes = operations * STATE_ENTRY_BYTES;
    const { syncUs } = executed;
    const physical = disk.count(bytes, true);
    const { resultsWritten, resultsSynced } = this.#shared;
    storage.batchCompleted(
      resultsWritten.find(undefined, operations, syncUs, physical) ??
        resultsWritten.keep({
          operations,
          outcome: 'ok',
          duration_us: syncUs,
          bytes,
          physical_bytes: physical,
        }),
    );
    storage.syncCompleted(
      resultsSynced.find(undefined, syncUs) ?? resultsSynced.keep({ target: 'block', duration_us: syncUs }),
    );
  }
}

/** One literal, so that all bodies of the event have one shape. */
function written(key_type: 'block' | 'vote', duration_us: number, bytes: number, physical_bytes: number) {
  return { key_type, outcome: 'ok', duration_us, bytes, physical_bytes } as const;
}
