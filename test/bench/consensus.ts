/**
 * What understanding consensus costs: events through every observer of the consensus domain, records,
 * participation, verdicts and findings included, for 100, four and one attached nodes of 100 validators;
 * and the memory that it holds with all attached. Events are decoded from their lines beforehand, each
 * node's by a decoder of its own, so that they are as the intake hands them over; decoding and the queue
 * are measured by other benches. Time is that of the processor, garbage collection included, so that
 * other work on the machine counts as little as possible.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ManualClock } from '../../src/base/clock.js';
import { consensusDomain } from '../../src/domains/consensus/observer.js';
import { ConsensusWatch } from '../../src/domains/consensus/watch.js';
import { openUnderstanding } from '../../src/domains/consensus/understanding.js';
import type { Domain } from '../../src/domains/domain.js';
import { DomainRegistry, type NodeDispatch } from '../../src/domains/registry.js';
import { schemas, type DomainEvent, type HelloEvent } from '../../src/events/vocabulary.js';
import { Board } from '../../src/metrics/board.js';
import { LineDecoder } from '../../src/events/decode.js';
import { encoders } from '../../src/events/encode.js';
import type { BenchRow } from './row.js';

const VALIDATORS = 100;
const QUORUM = 67;
const VIEW_US = 200_000;
/** Views of one node that warm up, and that are measured, whatever the number of nodes. */
const WARM_UP_VIEWS = 10_000;
const VIEWS = 20_000;
/** Decoded together, and then handed over: about what a chunk of a socket holds. */
const SLICE_VIEWS = 20;
/** Timed together: about what ticks fall due in, whatever the number of nodes. */
const BLOCK_VIEWS = 500;
/** A second. */
const TICK_VIEWS = 5;
const FILLING_VIEWS = 1_050;
const FLOOR = 800_000;
const MOST_BYTES = 50_000_000;
const START_US = 1_735_689_600_000_000;

const indexOf = (type: string): number => schemas.findIndex((schema) => schema.type === `consensus.${type}`);
const ENTERED = indexOf('view_entered');
const PROPOSAL = indexOf('proposal_received');
const LOCK = indexOf('lock_updated');
const VOTE_SENT = indexOf('vote_sent');
const VOTE = indexOf('vote_received');
const FORMED = indexOf('qc_formed');
const RECEIVED = indexOf('qc_received');
const HIGH_QC = indexOf('high_qc_updated');
const COMMITTED = indexOf('block_committed');

const validators = Array.from({ length: VALIDATORS }, (_, i) => ({
  id: `validator-${String(i).padStart(3, '0')}-0123456789abcdef0123456789abcdef`,
  power: 1,
}));
const ids = validators.map(({ id }) => id);

/** The rows of the consensus room. */
export function run(): Promise<BenchRow[]> {
  const bytes = bytesHeld();
  const rates = [VALIDATORS, 4, 1].map((nodes): BenchRow => {
    const rate = eventsPerSecond(nodes);
    return {
      what: `consensus events through every observer of consensus, ${nodes} of 100 validators attached, one core`,
      ours: `${Math.round(rate / 1000).toLocaleString('en')},000 events per second of processor time`,
      peers: [],
      floor: `>= ${FLOOR.toLocaleString('en')} events/s`,
      holds: rate >= FLOOR,
    };
  });
  const memory: BenchRow = {
    what: 'memory that understanding consensus holds, 100 of 100 validators attached',
    ours: `${(bytes / 1e6).toFixed(1)} MB`,
    peers: [],
    floor: `< ${MOST_BYTES / 1e6} MB`,
    holds: bytes < MOST_BYTES,
  };
  return Promise.resolve([...rates, memory]);
}

/** Events per second of processor time: the median over blocks of views. */
function eventsPerSecond(attachedNodes: number): number {
  const { clock, registry, nodes } = attached(consensusDomain(new ConsensusWatch()), attachedNodes);
  const decoders = nodes.map(() => new LineDecoder());
  const rates: number[] = [];
  let events = 0;
  let us = 0;
  for (let turn = 0; turn < WARM_UP_VIEWS + VIEWS; turn += SLICE_VIEWS) {
    const slice = Array.from({ length: SLICE_VIEWS }, (_, i): Turn => {
      const view = 1 + Math.floor((turn + i) / attachedNodes);
      const node = (turn + i) % attachedNodes;
      return { view, node, said: decoded(eventsOf(view, node), decoders[node]!) };
    });
    const begin = process.cpuUsage();
    for (const { view, node, said } of slice) {
      dispatch(nodes[node]!, said);
      if (node < attachedNodes - 1) continue;
      clock.advance(VIEW_US);
      if (view % TICK_VIEWS === 0) registry.tick(clock.nowUs());
    }
    const { user, system } = process.cpuUsage(begin);
    us += user + system;
    for (const { said } of slice) events += said.length;
    if ((turn + SLICE_VIEWS) % BLOCK_VIEWS > 0) continue;
    if (turn >= WARM_UP_VIEWS) rates.push(events / (us / 1e6));
    events = us = 0;
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1]!;
}

/** What understanding holds after as many views as it takes to fill it; the series of nodes apart. */
function bytesHeld(): number {
  const before = heapBytes();
  const watch = new ConsensusWatch();
  const domain: Domain = { ...consensusDomain(watch), open: (chain) => openUnderstanding(chain, watch) };
  const { clock, registry, nodes } = attached(domain, VALIDATORS);
  const decoders = nodes.map(() => new LineDecoder());
  for (let view = 1; view <= FILLING_VIEWS; view++) {
    nodes.forEach((node, i) => dispatch(node, decoded(eventsOf(view, i), decoders[i]!)));
    clock.advance(VIEW_US);
    if (view % TICK_VIEWS === 0) registry.tick(clock.nowUs());
  }
  // What the intake keeps of a stream is not understanding.
  decoders.length = 0;
  const bytes = heapBytes() - before;
  if (watch.views('bench')?.view(FILLING_VIEWS).length !== VALIDATORS)
    throw new Error('nothing was recorded');
  return bytes;
}

function attached(
  domain: Domain,
  nodes: number,
): { clock: ManualClock; registry: DomainRegistry; nodes: NodeDispatch[] } {
  const clock = new ManualClock();
  clock.advance(START_US);
  const registry = new DomainRegistry({ board: new Board(), clock, windowUs: 60_000_000, domains: [domain] });
  return { clock, registry, nodes: ids.slice(0, nodes).map((_, i) => registry.attach(hello(i))) };
}

/** An event and the position of its schema. */
interface Said {
  readonly index: number;
  readonly event: DomainEvent;
}

/** What one node says in one view. */
interface Turn {
  readonly view: number;
  readonly node: number;
  readonly said: readonly Said[];
}

function dispatch(node: NodeDispatch, said: readonly Said[]): void {
  for (let i = 0; i < said.length; i++) {
    const { index, event } = said[i]!;
    node.dispatch(index, event);
  }
}

/** Lines as the events that the intake makes of them. */
function decoded(lines: readonly string[], decoder: LineDecoder): Said[] {
  return lines.map((line) => {
    if (decoder.decode(line) !== 'event') throw new Error(decoder.detail);
    return { index: decoder.index, event: decoder.event as DomainEvent };
  });
}

function hello(i: number): HelloEvent {
  return {
    type: 'hello',
    node: `node-${i}`,
    ts_us: START_US,
    chain: 'bench',
    run: `run-${i}`,
    protocol: 'hotstuff2-chained',
    validator: ids[i]!,
    validators,
  };
}

/** What a node says in a good view of the chained form; the next leader collects the votes. */
function eventsOf(view: number, i: number): string[] {
  let seq = view * 300;
  const node = `node-${i}`;
  const block = `0x${view.toString(16).padStart(64, '0')}`;
  const parent = `0x${(view - 1).toString(16).padStart(64, '0')}`;
  const collector = (view + 1) % VALIDATORS;
  const leader = ids[view % VALIDATORS]!;
  const signers = ids.map((_, k) => ids[(k * 7 + view) % VALIDATORS]!).slice(0, QUORUM);
  const said: string[] = [];
  const say = (index: number, us: number, body: object): void => {
    const sinceUs = view * VIEW_US + us;
    said.push(encoders[index]!(node, START_US + sinceUs, sinceUs, seq++, undefined, { ...body }));
  };
  say(ENTERED, 0, { view, epoch: undefined, trigger: 'qc', leader, timeout_us: 1_000_000 });
  const chain = { view, height: view, block, parent, transactions: 100, bytes: 50_000 };
  say(PROPOSAL, 100, { ...chain, justify_view: view - 1, validator: leader, processing_us: 90 });
  say(LOCK, 900, { view: view - 1, old_view: Math.max(0, view - 2), block: parent });
  say(VOTE_SENT, 1_000, {
    view,
    vote: 'vote1',
    block,
    justify_view: view - 1,
    lock_view: view - 1,
    to: ids[collector],
  });
  const vote = (validator: string, us: number, late_us?: number): void =>
    say(VOTE, us, { view, vote: 'vote1', block, validator, late_us, processing_us: 40 });
  if (i === collector) signers.forEach((validator, k) => vote(validator, 20_000 + k * 1_000));
  const certificate = { view, block, height: view, signers };
  if (i === collector) say(FORMED, 90_000, { ...certificate, vote: 'vote1', collect_us: 70_000 });
  else say(RECEIVED, 150_000, { ...certificate, vote: 'vote1', validator: ids[collector] });
  say(HIGH_QC, 150_000, { view, block });
  const signed = new Set(i === collector ? signers : ids);
  for (const validator of ids) if (!signed.has(validator)) vote(validator, 120_000, 30_000);
  say(COMMITTED, 160_000, {
    ...chain,
    view: view - 1,
    height: view - 1,
    block: parent,
    proposed_at_us: START_US,
  });
  return said;
}

/** Heap in use after a full collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
