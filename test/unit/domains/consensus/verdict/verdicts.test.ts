/**
 * Verdicts against the truth: the simulator breaks something, the consensus domain hears what the nodes say, and
 * both name a cause and culprits. What is said must be right; with all nodes attached little may be left unsaid.
 */
import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../../../simulator/main.js';
import { verdictMetrics } from '../../../../../src/domains/consensus/verdict/verdict-metrics.js';
import { agreement, judged, type Outcome } from './simulated.js';

const SECOND = 1_000_000;
const while_ = { atUs: 4 * SECOND, durationUs: 8 * SECOND };
const machines = { fsync: 'measured', processor: 'modelled' } as const;

interface Trial {
  readonly title: string;
  readonly options: Partial<SimulationOptions>;
  /** The causes that it must name with all nodes attached. */
  readonly causes: readonly string[];
  /** Those that one node, which is not the culprit, names too. */
  readonly alone: readonly string[];
}

const two = 2;
const trials: readonly Trial[] = [
  {
    title: 'a crashed validator',
    options: { faults: [{ kind: 'crash', validator: two, ...while_ }] },
    causes: ['collector_silent', 'leader_silent'],
    alone: ['collector_silent', 'leader_silent'],
  },
  {
    title: 'a crashed validator, basic form',
    options: { protocol: 'hotstuff2-basic', faults: [{ kind: 'crash', validator: two, ...while_ }] },
    causes: ['collector_silent', 'leader_silent'],
    alone: ['collector_silent', 'leader_silent'],
  },
  {
    title: 'a crashed validator, views left by the timer alone',
    options: { pacemaker: 'epoch', faults: [{ kind: 'crash', validator: two, ...while_ }] },
    causes: ['collector_silent', 'leader_silent'],
    alone: ['collector_silent', 'leader_silent'],
  },
  {
    title: 'a validator slower than the timer',
    options: { faults: [{ kind: 'slow', validator: two, delayUs: 1_500_000, ...while_ }] },
    causes: ['collector_silent', 'leader_slow'],
    alone: ['collector_silent', 'leader_slow'],
  },
  {
    title: 'a disk slower than the timer',
    options: { hardware: machines, faults: [{ kind: 'stall', validator: two, delayUs: 800_000, ...while_ }] },
    causes: ['leader_silent'],
    // From outside it is like one that hears nobody.
    alone: [],
  },
  {
    title: 'a minority cut off',
    options: { faults: [{ kind: 'partition', groups: [[two]], ...while_ }] },
    causes: ['partition'],
    alone: ['partition'],
  },
  {
    title: 'an even split',
    options: { faults: [{ kind: 'partition', groups: [[two, 1]], ...while_ }] },
    causes: ['partition'],
    alone: ['partition'],
  },
  {
    title: 'a validator that nobody hears',
    options: { faults: [{ kind: 'one_way_partition', from: [two], to: [0, 1, 3], ...while_ }] },
    causes: ['partition'],
    alone: [],
  },
  {
    title: 'messages lost at random',
    options: { faults: [{ kind: 'loss', ratio: 0.1, ...while_ }] },
    causes: ['message_loss'],
    alone: [],
  },
  {
    title: 'an equivocating leader',
    options: { faults: [{ kind: 'byzantine', validator: two, behaviour: 'equivocate', ...while_ }] },
    causes: ['equivocation'],
    alone: [],
  },
  {
    title: 'a validator that only listens',
    options: { faults: [{ kind: 'byzantine', validator: two, behaviour: 'silent', ...while_ }] },
    causes: ['certificate_withheld', 'leader_silent'],
    alone: [],
  },
  {
    title: 'a leader that never proposes',
    options: { faults: [{ kind: 'byzantine', validator: two, behaviour: 'silent_proposer', ...while_ }] },
    causes: ['leader_silent'],
    alone: ['leader_silent'],
  },
  {
    title: 'a leader that leaves the newest certificate out',
    options: { faults: [{ kind: 'byzantine', validator: two, behaviour: 'fork', ...while_ }] },
    causes: ['certificate_withheld'],
    alone: ['certificate_withheld'],
  },
  {
    title: 'proposals with certificates that do not hold',
    options: { faults: [{ kind: 'byzantine', validator: two, behaviour: 'invalid_qc', ...while_ }] },
    causes: ['proposal_invalid'],
    alone: ['proposal_invalid'],
  },
  {
    title: 'more than f that keep their votes',
    options: {
      faults: [1, two].map((validator) => ({
        kind: 'byzantine' as const,
        validator,
        behaviour: 'withhold_votes' as const,
        ...while_,
      })),
    },
    causes: ['votes_missing'],
    alone: [],
  },
];

const named = ({ verdicts }: Outcome): ReadonlySet<unknown> =>
  new Set([...verdicts.values()].map(({ cause }) => cause));

describe('with all nodes attached', { timeout: 60_000 }, () => {
  it.each(trials)('$title: cause and culprits are right, and found', async ({ options, causes }) => {
    const outcome = await judged(options);
    const { failed, said, wrong } = agreement(outcome);
    expect(failed).toBeGreaterThan(0);
    // At most the views in which the fault began or ended.
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
    expect(said).toBeGreaterThanOrEqual(0.9 * failed);
    expect([...named(outcome)]).toEqual(expect.arrayContaining([...causes]));
  });
});

describe('with one node attached', { timeout: 60_000 }, () => {
  it.each(trials)('$title: what is said is right', async ({ options, alone }) => {
    const outcome = await judged(options, [0]);
    const { wrong } = agreement(outcome);
    expect(wrong.length, wrong.join('; ')).toBeLessThanOrEqual(1);
    expect([...named(outcome)]).toEqual(expect.arrayContaining([...alone]));
    for (const { vantage } of outcome.verdicts.values()) expect(vantage.nodes).toEqual(['node-0']);
  });
});

describe('without faults', () => {
  it.each([[undefined], [[1]]])(
    'every view is decided, and nobody is blamed (attached: %s)',
    async (attached) => {
      const { verdicts, revisions } = await judged({}, attached);
      expect(verdicts.size).toBeGreaterThan(700);
      const others = [...verdicts.values()].filter(
        ({ outcome }) => outcome !== 'decided' && outcome !== 'skipped',
      );
      expect(others).toEqual([]);
      expect(revisions).toBe(0);
    },
  );

  it('settles every view once, in ascending order', async () => {
    const { verdicts } = await judged({ faults: [{ kind: 'crash', validator: two, ...while_ }] });
    const views = [...verdicts.keys()];
    expect(views).toEqual([...views].sort((a, b) => a - b));
  });
});

it('feeds every metric of verdicts', { timeout: 60_000 }, async () => {
  const crash = { kind: 'crash', validator: 1, atUs: 13 * SECOND } as const;
  const stall = { kind: 'stall', validator: two, delayUs: 800_000, ...while_ } as const;
  const { board } = await judged({ hardware: machines, faults: [stall, crash] });
  const { values } = board.snapshot();
  const fed = board
    .families()
    .filter(({ series }) => series.some(({ slot }) => values[slot]! > 0))
    .map(({ definition }) => definition.name);
  expect(fed).toEqual(expect.arrayContaining(Object.values(verdictMetrics).map(({ name }) => name)));
});
