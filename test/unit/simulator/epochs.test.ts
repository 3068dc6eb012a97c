/** The validator set changes: everywhere in the same view, with its own quorum, and safely under faults. */
import { describe, expect, it } from 'vitest';
import { createSimulation, type Fault, type SimulationOptions } from '../../../simulator/main.js';
import type { Observer } from '../../../simulator/protocol/effects.js';
import type { RunWatch } from '../../../simulator/report/run-watch.js';
import { recorder, simulate, usual } from './run.js';

const SECOND = 1_000_000;

/** Four of six, then all, then the first leaves, then power moves. */
const sets = [
  [1, 1, 1, 1, 0, 0],
  [1, 1, 1, 1, 1, 1],
  [0, 1, 1, 1, 1, 1],
  [0, 1, 3, 1, 1, 1],
];
const changing = { validators: 6, epochs: { blocks: 20, sets }, durationUs: 6 * SECOND } as const;

const protocols = [
  { protocol: 'hotstuff2-chained', depth: 2 },
  { protocol: 'hotstuff2-basic', depth: 1 },
  { protocol: 'hotstuff2-basic', vote2To: 'leader', depth: 1 },
  { protocol: 'hotstuff3-chained', depth: 3 },
] as const;
const pacemakers = ['timeout', 'epoch'] as const;
const rotations = ['round_robin', 'hashed', 'weighted', 'reputation'] as const;

interface Entry {
  readonly validator: number;
  readonly epoch: number;
  readonly view: number;
  readonly rootHeight: number;
  readonly rootView: number;
}

/** Writes down who enters which epoch where. */
function entries(): { entered: Entry[]; watch: RunWatch } {
  const entered: Entry[] = [];
  const observer = (validator: number): Partial<Observer> => ({
    epochEntered: ({ epoch }, { view, root }) =>
      entered.push({ validator, epoch, view, rootHeight: root.height, rootView: root.view }),
  });
  return { entered, watch: { observer, committed: () => undefined } };
}

describe.each(protocols)('$protocol $vote2To', ({ depth, ...about }) => {
  it('begins each epoch in one view everywhere, right after its last block is final', async () => {
    for (const pacemaker of pacemakers)
      for (const rotation of rotations) {
        const { entered, watch } = entries();
        const result = await simulate({ ...changing, ...about, pacemaker, rotation, watch });
        expect([...result.safety.violations, ...result.liveness.violations]).toEqual([]);
        expect(result.views.timed_out).toBe(0);
        const second = entered.filter(({ epoch }) => epoch === 2);
        expect(second.map(({ validator }) => validator).sort()).toEqual([0, 1, 2, 3, 4, 5]);
        expect(new Set(second.map(({ view }) => view)).size).toBe(1);
        expect(second[0]?.rootHeight).toBe(40);
        expect(second[0]?.view).toBe((second[0]?.rootView ?? 0) + depth);
        const heights = result.blocks.per_node;
        expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(depth);
        expect(result.blocks.committed).toBeGreaterThan(100);
      }
  });

  it('goes on through crashes, lost messages and attacks at the boundary', async () => {
    const storm: Fault[] = [
      { kind: 'crash', validator: 2, atUs: 600_000, durationUs: 900_000 },
      { kind: 'loss', ratio: 0.05, atUs: 2 * SECOND, durationUs: 2 * SECOND },
      { kind: 'byzantine', validator: 4, behaviour: 'stale_epoch_signers', atUs: 0, durationUs: 9 * SECOND },
    ];
    for (const pacemaker of pacemakers) {
      const options: SimulationOptions = {
        ...usual,
        ...about,
        validators: 8,
        pacemaker,
        epochs: { blocks: 3, sets: [full(8), without(8, 0), without(8, 6)], repeat: true },
        faults: storm,
        durationUs: 16 * SECOND,
      };
      const simulation = createSimulation(options);
      const result = await simulation.run();
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      const { nodes } = simulation.status();
      const highest = Math.max(...nodes.map(({ height }) => height));
      expect(highest).toBeGreaterThan(60);
      for (const { height } of nodes) expect(height).toBeGreaterThanOrEqual(highest - 4);
    }
  });

  it('has the same digest every time', async () => {
    const options = {
      ...changing,
      ...about,
      faults: [{ kind: 'crash', validator: 1, atUs: SECOND }],
    } as const;
    const { digest } = await simulate(options);
    expect((await simulate(options)).digest).toBe(digest);
  });
});

function full(size: number): number[] {
  return new Array<number>(size).fill(1);
}

function without(size: number, position: number): number[] {
  return full(size).map((power, at) => (at === position ? 0 : power));
}

describe('what nodes say', () => {
  it('tells the new set, and the epoch of every statement; who is outside signs nothing', async () => {
    const { said, hooksFor } = recorder();
    await simulate({ ...changing, hooksFor });
    const changed = said.filter(
      ({ type, body }) => type === 'consensus.epoch_changed' && body['epoch'] === 1,
    );
    expect(changed).toHaveLength(6);
    expect(changed[0]?.body).toMatchObject({ epoch: 1, height: 21 });
    expect(changed[0]?.body['validators']).toHaveLength(6);
    const votes = said.filter(({ type }) => type === 'consensus.vote_sent');
    for (const { identity, body } of votes)
      expect(sets[Math.min(3, Number(body['epoch']))]?.[identity.index]).toBeGreaterThan(0);
    expect(new Set(votes.map(({ body }) => body['epoch']))).toContain(3);
    const joined = votes.filter(({ identity }) => identity.index === 5);
    expect(Math.min(...joined.map(({ body }) => Number(body['epoch'])))).toBe(1);
    const left = votes.filter(({ identity }) => identity.index === 0);
    expect(Math.max(...left.map(({ body }) => Number(body['epoch'])))).toBe(1);
    const followed = said.filter(
      ({ type, identity }) => type === 'consensus.block_committed' && identity.index === 0,
    );
    expect(followed.length).toBeGreaterThan(100);
  });

  it('tells who joined and left among its peers, and how many of them are validators', async () => {
    const { said, hooksFor } = recorder();
    const { entered, watch } = entries();
    await simulate({ ...changing, hooksFor, watch });
    expect(entered.length).toBeGreaterThan(0);
    const own = said.filter(({ identity }) => identity.index === 3);
    const measured = own.filter(({ type }) => type === 'network.peers_measured').map(({ body }) => body);
    expect(measured.map(({ active }) => active)).toEqual(measured.map(() => 5));
    expect(measured.at(0)?.['validators']).toBe(4);
    expect(measured.at(-1)?.['validators']).toBe(4);
    const connected = own.filter(({ type }) => type === 'network.peer_connected').map(({ body }) => body);
    const of = (peer: string) =>
      connected.filter((one) => one['peer'] === peer).map((one) => one['validator']);
    expect(of('node-5')).toEqual([undefined, 'validator-5']);
    expect(of('node-0')).toEqual(['validator-0', undefined]);
    expect(of('node-2')).toEqual(['validator-2']);
    const left = own
      .filter(({ type }) => type === 'network.peer_disconnected')
      .map(({ body }) => body['peer']);
    expect(left.sort()).toEqual(['node-0', 'node-4', 'node-5']);
  });

  it('says no epoch where the set never changes', async () => {
    const { said, hooksFor } = recorder();
    await simulate({ hooksFor, durationUs: SECOND });
    expect(said.every(({ body }) => body['epoch'] === undefined)).toBe(true);
  });

  it('refuses certificates of an old set, and says why', async () => {
    const { said, hooksFor } = recorder();
    const liar: Fault = { kind: 'byzantine', validator: 1, behaviour: 'stale_epoch_signers', atUs: 0 };
    const result = await simulate({
      validators: 7,
      epochs: { blocks: 20, sets: [full(7), without(7, 6)] },
      hooksFor,
      faults: [liar],
      durationUs: 6 * SECOND,
    });
    expect(result.safety.violations).toEqual([]);
    const refused = (type: string) =>
      said.filter((one) => one.type === type && one.body['reason'] === 'stale_epoch').length;
    expect(refused('consensus.certificate_rejected')).toBeGreaterThan(0);
    expect(refused('consensus.proposal_rejected')).toBeGreaterThan(0);
  });

  it('a validator that was down over epochs finds its way', async () => {
    const faults: Fault[] = [{ kind: 'crash', validator: 3, atUs: 300_000, durationUs: 3 * SECOND }];
    const { entered, watch } = entries();
    const about = { validators: 6, epochs: { blocks: 10, sets: [full(6), without(6, 0)], repeat: true } };
    const result = await simulate({ ...about, faults, watch, durationUs: 6 * SECOND });
    expect([...result.safety.violations, ...result.liveness.violations]).toEqual([]);
    const own = entered.filter(({ validator }) => validator === 3).map(({ epoch }) => epoch);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(Math.max(...own)).toBe(Math.max(...entered.map(({ epoch }) => epoch)));
  });
});

it('a validator that went on in the epoch before takes all beyond its view, so that numbers grow', async () => {
  let went = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const views = new Map<number, number>();
    const observer = (validator: number): Partial<Observer> => ({
      epochEntered: (_set, { reached }) => (went += reached === undefined ? 0 : 1),
      viewEntered: (view) => {
        expect(view).toBeGreaterThan(views.get(validator) ?? 0);
        views.set(validator, view);
      },
    });
    const result = await simulate({
      validators: 7,
      seed,
      epochs: { blocks: 2, sets: [full(7), without(7, 6)], repeat: true },
      network: { loss: 0.2 },
      watch: { observer, committed: () => undefined },
      durationUs: 20 * SECOND,
    });
    expect(result.safety.violations).toEqual([]);
  }
  expect(went).toBeGreaterThan(0);
});

describe('checkers can fail', () => {
  it('the quorum of the old set after the switch: S3', async () => {
    const growing = { validators: 7, epochs: { blocks: 10, sets: [[1, 1, 1, 1, 0, 0, 0], full(7)] } };
    const negativeControls = { oldQuorum: true };
    const broken = await simulate({ ...growing, negativeControls, durationUs: 3 * SECOND });
    expect(broken.safety.violations.map(({ rule }) => rule)).toContain('S3');
    const sound = await simulate({ ...growing, durationUs: 3 * SECOND });
    expect(sound.safety.violations).toEqual([]);
  });

  it('one validator that switches a view early: S8', async () => {
    const about = { validators: 6, epochs: { blocks: 10, sets: [full(6), without(6, 0)], repeat: true } };
    const broken = await simulate({ ...about, negativeControls: { earlySwitch: 2 }, durationUs: 6 * SECOND });
    const early = broken.safety.violations.find(({ rule }) => rule === 'S8');
    expect(early?.validators).toEqual([2]);
  });
});

it('wrong epochs are refused', () => {
  const wrong = (options: Partial<SimulationOptions>) => () => createSimulation({ ...usual, ...options });
  expect(wrong({ epochs: { blocks: 0, sets: [full(4)] } })).toThrow('epochs.blocks');
  expect(wrong({ epochs: { blocks: 1, sets: [[1, 0, 0, 0]] } })).toThrow('epochs.sets');
  expect(wrong({ epochs: { blocks: 1, sets: [full(4)] }, powers: full(4) })).toThrow('powers');
});
