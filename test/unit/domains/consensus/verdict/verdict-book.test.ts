/** When verdicts are reached: order, gaps, levels, jumps, bounds. Statements are made by hand. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/base/random.js';
import type { ViewVerdict } from '../../../../../src/domains/consensus/verdict/view-verdict.js';
import { ConsensusWatch } from '../../../../../src/domains/consensus/watch.js';
import type { HelloEvent } from '../../../../../src/events/vocabulary.js';
import { TestStream } from '../../stream.js';
import { alpha, beta, delta, gamma, leaderOf, ms, Speaking } from '../views.js';

const FAILED = 401;
const LEADER = leaderOf(FAILED);

class VerdictStream {
  readonly said: ViewVerdict[] = [];
  readonly settled: ViewVerdict[] = [];
  readonly stream: TestStream;

  constructor() {
    this.stream = new TestStream({
      consensus: new ConsensusWatch({
        verdicts: {
          verdict: (verdict) => void this.said.push(verdict),
          settled: (verdict) => void this.settled.push(verdict),
        },
      }),
    });
    this.stream.clock.advance(1_000_000_000);
  }

  node(name: string, validator: string, changes: Partial<HelloEvent> = {}): Speaking {
    const hello: Partial<HelloEvent> = { protocol: 'hotstuff2-chained', validator, ...changes };
    return new Speaking(this.stream, this.stream.node(name, hello));
  }

  on(view: number): ViewVerdict | undefined {
    return this.settled.find((verdict) => verdict.view === view);
  }
}

type Step = (node: Speaking) => void;

/** What a node says of views 400 to 404, in which the leader of 401 is down: in time order. */
function crashSteps(self: string): Step[] {
  const wish = (node: Speaking, view: number, from: string, atMs: number): void =>
    node.node.say('consensus.wish_received', {
      view: view + 1,
      validator: from,
      high_qc_view: 399,
      ...node.at(atMs),
    });
  const others = [alpha, beta, gamma, delta].filter((id) => id !== self && id !== LEADER);
  const peers = [alpha, beta, gamma, delta].filter((id) => id !== self);
  const failedView = (view: number, fromMs: number): Step[] => [
    (node) => node.expire(view, fromMs + 500),
    ...others.map(
      (from): Step =>
        (node) =>
          wish(node, view, from, fromMs + 505),
    ),
    (node) => node.node.say('consensus.tc_formed', { view: view + 1, ...node.at(fromMs + 506) }),
    (node) => node.enter(view + 1, fromMs + 506, { trigger: 'tc' }),
  ];
  return [
    ...peers.map(
      (peer): Step =>
        (node) =>
          node.node.say('network.peer_connected', {
            peer,
            validator: peer,
            direction: 'inbound',
            ...node.at(-900),
          }),
    ),
    (node) => node.enter(399, -20),
    (node) => node.propose(399, -15),
    (node) => node.vote(399, -15),
    (node) => node.enter(400, 0),
    (node) => node.propose(400, 2),
    (node) => node.vote(400, 2),
    (node) =>
      node.node.say('network.peer_disconnected', { peer: LEADER, reason: 'closed_by_peer', ...node.at(3) }),
    ...failedView(400, 0),
    ...failedView(401, 506),
    (node) => node.propose2(402, 1060, 399),
    (node) => node.vote(402, 1060),
    (node) => node.enter(403, 1070),
    (node) => node.propose(403, 1075),
    (node) => node.enter(404, 1090),
  ];
}

declare module '../views.js' {
  interface Speaking {
    propose2(view: number, atMs: number, justifyView: number): void;
  }
}
Speaking.prototype.propose2 = function (this: Speaking, view, atMs, justifyView) {
  const body = { view, height: 400, block: `b${view}`, parent: `b${justifyView}`, justify_view: justifyView };
  this.node.say('consensus.proposal_received', { ...body, validator: leaderOf(view), ...this.at(atMs) });
};

/** Plays the steps of one node or more; `pick` says which node goes on. */
function play(stream: VerdictStream, selves: readonly string[], pick: (left: number) => number): void {
  const lines = selves.map((self, i) => ({ node: stream.node(`n${i}`, self), steps: crashSteps(self) }));
  for (let left = lines.filter(({ steps }) => steps.length > 0); left.length > 0;) {
    const line = left[pick(left.length)]!;
    line.steps.shift()!(line.node);
    left = lines.filter(({ steps }) => steps.length > 0);
  }
  stream.stream.clock.advance(ms(30_000));
}

const brief = ({ view, outcome, cause, culprits }: ViewVerdict): unknown[] => [
  view,
  outcome,
  cause,
  culprits,
];

const crashed = [
  [399, 'decided', undefined, []],
  [400, 'failed', 'collector_silent', [LEADER]],
  [401, 'failed', 'leader_silent', [LEADER]],
  [402, 'decided', undefined, []],
  [403, 'decided', undefined, []],
];

describe('verdicts on a crashed leader', () => {
  it('name it for the view before, whose votes died with it, and for its own', () => {
    const stream = new VerdictStream();
    play(
      stream,
      [alpha, gamma, delta].filter((id) => id !== LEADER),
      () => 0,
    );
    expect(stream.settled.map(brief)).toEqual(crashed);
    expect(stream.on(FAILED)?.scope).toBe('peer');
    expect(stream.on(FAILED)?.grounds.length).toBeGreaterThan(0);
  });

  it('are the same seen by one node, which says so', () => {
    const stream = new VerdictStream();
    play(stream, [gamma], () => 0);
    expect(stream.settled.map(brief)).toEqual(crashed);
    expect(stream.on(FAILED)?.vantage).toEqual({ nodes: ['n0'], validators: 4 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('are the same in whatever order the nodes are heard (%d)', (seed) => {
    const random = createRandom(seed, 'interleaving');
    const stream = new VerdictStream();
    play(stream, [alpha, gamma, delta], (left) => Math.floor(random.float() * left));
    expect(stream.settled.map(brief)).toEqual(crashed);
  });

  it('blame nobody while connections to the leader stand and nothing else tells', () => {
    const stream = new VerdictStream();
    const node = stream.node('n0', gamma);
    for (const step of crashSteps(gamma)) {
      const say = node.node.say.bind(node.node);
      const isLink = String(step).includes('peer_disconnected');
      if (!isLink) step(node);
      void say;
    }
    stream.stream.clock.advance(ms(30_000));
    expect(stream.on(FAILED)).toMatchObject({
      outcome: 'failed',
      cause: 'unknown',
      culprits: [],
      scope: 'unknown',
    });
    expect(stream.on(400)).toMatchObject({ cause: 'unknown' });
  });

  it('conclude nothing across a gap in consensus', () => {
    const stream = new VerdictStream();
    const node = stream.node('n0', gamma);
    const steps = crashSteps(gamma);
    steps.forEach((step, i) => {
      step(node);
      if (i === steps.findIndex((one) => String(one).includes('peer_disconnected')))
        node.node.gap('consensus', 3);
    });
    stream.stream.clock.advance(ms(30_000));
    expect(stream.on(400)).toMatchObject({ incomplete: ['consensus'] });
    for (const { cause, incomplete } of stream.settled)
      if (incomplete.includes('consensus'))
        expect([undefined, 'unknown', 'collector_silent']).toContain(cause);
  });

  it('are counted as series of the chain, once per view', () => {
    const stream = new VerdictStream();
    play(stream, [gamma], () => 0);
    const { stream: board } = stream;
    const chain = { chain_id: 'main' };
    const value = (name: string, labels: Record<string, string>): number | undefined =>
      board.value(`hotstuff_consensus_${name}`, { ...chain, ...labels });
    expect(value('views_failed_total', { cause: 'leader_silent', scope: 'peer' })).toBe(1);
    expect(value('verdicts_total', { outcome: 'failed' })).toBe(2);
    expect(value('verdicts_total', { outcome: 'decided' })).toBe(3);
    expect(value('validator_blamed_total', { cause: 'leader_silent' })).toBe(1);
    expect(value('vantage_ratio', {})).toBe(0.25);
  });
});

describe('the book of verdicts', () => {
  it('waits for a node that says nothing, for twice the timer and no longer', () => {
    const stream = new VerdictStream();
    const quiet = stream.node('n1', delta);
    quiet.enter(10, 0);
    const node = stream.node('n0', gamma);
    node.enter(10, 0);
    node.expire(10, 500);
    expect(stream.said).toEqual([]);
    stream.stream.clock.advance(ms(2_000));
    expect(stream.said.map(brief)).toEqual([[10, 'failed', 'unknown', []]]);
  });

  it('revises a view once at most, and settles it once', () => {
    const stream = new VerdictStream();
    play(stream, [gamma, delta], () => 0);
    const views = stream.settled.map(({ view }) => view);
    expect(views).toEqual([...new Set(views)]);
    for (const view of views) {
      const said = stream.said.filter((verdict) => verdict.view === view);
      expect(said.map(({ revision }) => revision)).toEqual([0, 1].slice(0, said.length));
    }
  });

  it('follows a chain that was begun anew', () => {
    const stream = new VerdictStream();
    const node = stream.node('n0', gamma);
    for (let view = 2000; view < 2010; view++) node.enter(view, view);
    node.node.hello({ run: 'run-2' });
    for (let view = 1; view < 10; view++)
      node.enter(view, 10_000 + view, { trigger: view === 1 ? 'start' : 'qc' });
    expect(stream.settled.at(-1)?.view).toBe(8);
  });

  it('survives jumps of any size without a word about what was passed over', () => {
    const stream = new VerdictStream();
    const node = stream.node('n0', gamma);
    node.enter(5, 0);
    node.enter(900_000, 10, { trigger: 'sync' });
    node.enter(900_001, 20);
    node.enter(900_002, 30);
    stream.stream.clock.advance(ms(60_000));
    expect(stream.settled.every(({ cause }) => cause === undefined)).toBe(true);
    expect(stream.settled.map(({ view }) => view)).toEqual(expect.arrayContaining([900_000, 900_001]));
  });
});
