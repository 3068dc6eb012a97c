/** A chain whose view records a test looks at: who listens, and statements in short. */
import { ConsensusWatch } from '../../../../src/domains/consensus/watch.js';
import type { ViewRecord } from '../../../../src/domains/consensus/record/view-record.js';
import type { HelloEvent } from '../../../../src/events/vocabulary.js';
import { TestStream, validators, type TestNode } from '../stream.js';

export const [alpha, beta, gamma, delta] = validators.map(({ id }) => id) as [string, string, string, string];

/** Milliseconds as microseconds. */
export const ms = (milliseconds: number): number => milliseconds * 1000;

/** A stream with a listener that writes down what it hears. */
export class RecordStream {
  readonly heard: string[] = [];
  readonly stream: TestStream;
  readonly watch: ConsensusWatch;

  constructor() {
    const tell = (what: string) => (record: ViewRecord) =>
      void this.heard.push(`${what} ${record.node} ${record.view}`);
    this.watch = new ConsensusWatch({ records: { closed: tell('closed'), amended: tell('amended') } });
    this.stream = new TestStream({ consensus: this.watch });
    this.stream.clock.advance(1_000_000_000);
  }

  node(name = 'n1', hello: Partial<HelloEvent> = {}): Speaking {
    const protocol = 'hotstuff2-chained';
    return new Speaking(this.stream, this.stream.node(name, { protocol, validator: beta, ...hello }));
  }

  record(view: number, node = 'n1'): ViewRecord {
    const record = this.watch.views('main')?.record(node, view);
    if (record === undefined) throw new Error(`no record of view ${view} by ${node}`);
    return record;
  }

  /** Views that have a record, highest first. */
  views(node = 'n1'): number[] {
    return [...(this.watch.views('main')?.records(node) ?? [])].map(({ view }) => view);
  }
}

type Entering = { trigger?: 'start' | 'qc' | 'dc' | 'tc' | 'timer' | 'sync'; leader?: string; at?: number };

/** A node that says the usual things in few words. Times are milliseconds from the start of the test. */
export class Speaking {
  readonly node: TestNode;
  readonly #startUs: number;

  constructor(stream: TestStream, node: TestNode) {
    this.node = node;
    this.#startUs = stream.clock.nowUs();
  }

  at(milliseconds: number): { ts_us: number; mono_us: number } {
    const us = Math.round(ms(milliseconds));
    return { ts_us: this.#startUs + us, mono_us: 5_000_000 + us };
  }

  enter(view: number, atMs: number, { trigger = 'qc', leader = leaderOf(view) }: Entering = {}): void {
    this.node.say('consensus.view_entered', { view, trigger, leader, timeout_us: ms(500), ...this.at(atMs) });
  }

  propose(view: number, atMs: number, block = `b${view}`): void {
    const body = { view, height: view, block, parent: `b${view - 1}`, justify_view: view - 1 };
    const validator = leaderOf(view);
    this.node.say('consensus.proposal_received', {
      ...body,
      validator,
      processing_us: 100,
      ...this.at(atMs),
    });
  }

  /** Casts its own vote. */
  vote(view: number, atMs: number, to = leaderOf(view + 1), block = `b${view}`): void {
    this.node.say('consensus.vote_sent', { view, vote: 'vote1', block, to, ...this.at(atMs) });
  }

  /** Receives a vote. */
  voted(view: number, atMs: number, validator: string, late_us?: number, block = `b${view}`): void {
    this.node.say('consensus.vote_received', {
      view,
      vote: 'vote1',
      block,
      validator,
      ...(late_us === undefined ? {} : { late_us }),
      ...this.at(atMs),
    });
  }

  /** Forms a certificate, or receives one. */
  certify(view: number, atMs: number, signers: readonly string[], isFormed = true, block = `b${view}`): void {
    const body = { view, block, signers, ...this.at(atMs) };
    if (isFormed) this.node.say('consensus.qc_formed', body);
    else this.node.say('consensus.qc_received', body);
  }

  commit(view: number, atMs: number, syncing = false): void {
    const body = { view, height: view, block: `b${view}`, syncing };
    this.node.say('consensus.block_committed', { ...body, ...this.at(atMs) });
  }

  expire(view: number, atMs: number): void {
    const body = { view, timeout_us: ms(500), consecutive: 1 };
    this.node.say('consensus.view_timed_out', { ...body, ...this.at(atMs) });
  }
}

/** Round robin. */
export function leaderOf(view: number): string {
  return [alpha, beta, gamma, delta][view % 4]!;
}
