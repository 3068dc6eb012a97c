/**
 * What understanding consensus costs: events through every observer of the consensus domain, records and
 * participation included, for 100 attached nodes of 100 validators; and the memory that it holds then.
 * Decoding and the queue are measured by other benches: this one begins with decoded events.
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
import type { BenchRow } from './row.js';

const NODES = 100;
const QUORUM = 67;
const VIEW_US = 200_000;
const WARM_UP_VIEWS = 200;
const VIEWS = 800;
const BLOCK_VIEWS = 25;
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

const validators = Array.from({ length: NODES }, (_, i) => ({
  id: `validator-${String(i).padStart(3, '0')}-0123456789abcdef0123456789abcdef`,
  power: 1,
}));
const ids = validators.map(({ id }) => id);

/** The row of the consensus room. */
export function run(): Promise<BenchRow[]> {
  const rate = eventsPerSecond();
  const bytes = bytesHeld();
  const perSecond = `${Math.round(rate / 1000).toLocaleString('en')},000 events/s`;
  return Promise.resolve([
    {
      what: 'consensus events through every observer of consensus, 100 nodes of 100 validators, one core',
      ours: `${perSecond}; understanding holds ${(bytes / 1e6).toFixed(1)} MB`,
      peers: [],
      floor: `>= ${FLOOR.toLocaleString('en')} events/s, < ${MOST_BYTES / 1e6} MB`,
      holds: rate >= FLOOR && bytes < MOST_BYTES,
    },
  ]);
}

/** Events per second: the median over blocks of views, which other work on the machine disturbs least. */
function eventsPerSecond(): number {
  const { clock, registry, nodes } = attached(standardConsensus());
  const rates: number[] = [];
  let events = 0;
  let ns = 0;
  for (let view = 1; view <= VIEWS; view++) {
    const said = ids.map((_, node) => eventsOf(view, node));
    const start = process.hrtime.bigint();
    for (let node = 0; node < NODES; node++) dispatch(nodes[node]!, said[node]!);
    clock.advance(VIEW_US);
    if (view % TICK_VIEWS === 0) registry.tick(clock.nowUs());
    ns += Number(process.hrtime.bigint() - start);
    for (const { length } of said) events += length;
    if (view % BLOCK_VIEWS > 0) continue;
    if (view > WARM_UP_VIEWS) rates.push(events / (ns / 1e9));
    events = 0;
    ns = 0;
  }
  return rates.sort((a, b) => a - b)[rates.length >> 1]!;
}

/** What understanding holds after as many views as it takes to fill it; the series of nodes apart. */
function bytesHeld(): number {
  const before = heapBytes();
  const watch = new ConsensusWatch();
  const domain: Domain = { ...consensusDomain(watch), open: (chain) => openUnderstanding(chain, watch) };
  const { clock, registry, nodes } = attached(domain);
  for (let view = 1; view <= FILLING_VIEWS; view++) {
    for (let node = 0; node < NODES; node++) dispatch(nodes[node]!, eventsOf(view, node));
    clock.advance(VIEW_US);
    if (view % TICK_VIEWS === 0) registry.tick(clock.nowUs());
  }
  const bytes = heapBytes() - before;
  if (watch.views('bench')?.view(FILLING_VIEWS).length !== NODES) throw new Error('nothing was recorded');
  return bytes;
}

function standardConsensus(): Domain {
  return consensusDomain(new ConsensusWatch());
}

function attached(domain: Domain): { clock: ManualClock; registry: DomainRegistry; nodes: NodeDispatch[] } {
  const clock = new ManualClock();
  clock.advance(START_US);
  const registry = new DomainRegistry({ board: new Board(), clock, windowUs: 60_000_000, domains: [domain] });
  return { clock, registry, nodes: ids.map((_, i) => registry.attach(hello(i))) };
}

type Said = readonly [index: number, event: DomainEvent];

function dispatch(node: NodeDispatch, said: readonly Said[]): void {
  for (const [index, event] of said) node.dispatch(index, event);
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
function eventsOf(view: number, i: number): Said[] {
  let seq = view * 300;
  const node = `node-${i}`;
  const at = (us: number) => {
    const sinceUs = view * VIEW_US + us;
    return { node, ts_us: START_US + sinceUs, mono_us: sinceUs, seq: seq++ };
  };
  const block = `0x${view.toString(16).padStart(64, '0')}`;
  const parent = `0x${(view - 1).toString(16).padStart(64, '0')}`;
  const collector = (view + 1) % NODES;
  const leader = ids[view % NODES]!;
  const signers = ids.map((_, k) => ids[(k * 7 + view) % NODES]!).slice(0, QUORUM);
  const said: Said[] = [];
  const say = (index: number, us: number, body: object): void => {
    said.push([index, { type: schemas[index]!.type, ...at(us), ...body } as unknown as DomainEvent]);
  };
  say(ENTERED, 0, { view, epoch: undefined, trigger: 'qc', leader, timeout_us: 1_000_000 });
  const chain = { view, height: view, block, parent, transactions: 100, bytes: 50_000 };
  say(PROPOSAL, 100, { ...chain, justify_view: view - 1, validator: leader, processing_us: 90 });
  say(LOCK, 900, { view: view - 1, old_view: view - 2, block: parent });
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
