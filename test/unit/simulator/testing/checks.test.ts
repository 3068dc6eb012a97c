/** Each ready-made check passes on what is whole and fails on what is broken, naming the break. */
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/index.js';
import { checkAccuracy, type AccuracyOptions } from '../../../../simulator/testing/checks/accuracy.js';
import { checkHighThroughput } from '../../../../simulator/testing/checks/high-throughput.js';
import { checkLargeScale } from '../../../../simulator/testing/checks/large-scale.js';
import { checkOverhead } from '../../../../simulator/testing/checks/overhead.js';
import { assertCheck } from '../../../../simulator/testing/checks/report.js';
import type { Hooks } from '../../../../src/hooks.js';

const short = { durationUs: 2_000_000 };
const configured = (environment: Record<string, string>) => ({ config: parseConfig({ environment }) });

describe('the accuracy check', () => {
  it('holds with crashes, restarts, load and a network that loses and doubles', async () => {
    const report = await checkAccuracy({
      durationUs: 5_000_000,
      workload: { transactionsPerSecond: 100 },
      network: { loss: 0.01, duplicate: 0.02 },
      faults: [{ kind: 'crash', validator: 2, atUs: 1_000_000, durationUs: 1_000_000 }],
    });
    expect(report.problems).toEqual([]);
    expect(report.figures['compared']).toBeGreaterThan(30);
    expect(report.figures['commits']).toBeGreaterThan(100);
    assertCheck(report);
  });

  it.each(['hotstuff2-basic', 'hotstuff3-chained'] as const)(
    'holds for %s, machines that take time included',
    async (protocol) => {
      const hardware = { fsync: 'measured', processor: 'modelled' } as const;
      expect((await checkAccuracy({ ...short, protocol, hardware })).problems).toEqual([]);
    },
  );

  const broken: [string, NonNullable<AccuracyOptions['through']>, RegExp][] = [
    [
      'swallows a vote',
      (hooks, { node }) => {
        const voteSent: Hooks['consensus']['voteSent'] = (body) => {
          if (node !== 'node-1' || body.view !== 5) hooks.consensus.voteSent(body);
        };
        return { ...parts(hooks), consensus: { ...hooks.consensus, voteSent } };
      },
      /votes_sent_total of node-1: found 49, expected 50/,
    ],
    [
      'says a commit twice',
      (hooks) => {
        const blockCommitted: Hooks['consensus']['blockCommitted'] = (body) => {
          hooks.consensus.blockCommitted(body);
          if (body.height === 3) hooks.consensus.blockCommitted(body);
        };
        return { ...parts(hooks), consensus: { ...hooks.consensus, blockCommitted } };
      },
      /blocks_committed_total of node-0: found 49, expected 48/,
    ],
    [
      'calls messages by another name',
      (hooks) => {
        const messageSent: Hooks['network']['messageSent'] = (body) =>
          hooks.network.messageSent({ ...body, message: 'gossip' });
        return { ...parts(hooks), network: { ...hooks.network, messageSent } };
      },
      /proposal messages sent: found 0, expected \d+/,
    ],
    [
      'states what the hooks cannot encode',
      (hooks) => {
        const viewEntered: Hooks['consensus']['viewEntered'] = (body) =>
          hooks.consensus.viewEntered({ ...body, view: body.view === 4 ? -1 : body.view });
        return { ...parts(hooks), consensus: { ...hooks.consensus, viewEntered } };
      },
      /events droppedAtSource: found 4, expected 0/,
    ],
  ];

  it.each(broken)('fails for an adapter that %s', async (_what, through, problem) => {
    const report = await checkAccuracy({ ...short, through });
    expect(report.ok).toBe(false);
    expect(report.problems.join('\n')).toMatch(problem);
    expect(() => assertCheck(report)).toThrow(
      /the check of accuracy failed\n +found:[^]*replay: +quorumscope simulate/,
    );
  });

  it('fails where nothing happens', async () => {
    const faults = [0, 1, 2, 3].map((validator) => ({ kind: 'crash', validator, atUs: 0 }) as const);
    expect((await checkAccuracy({ ...short, faults })).problems).toContain(
      'nothing happened, expected a run',
    );
  });
});

/** The hooks without the class around them. */
function parts(hooks: Parameters<NonNullable<AccuracyOptions['through']>>[0]) {
  const { consensus, network, storage, state, mempool, execution, process, close } = hooks;
  return { consensus, network, storage, state, mempool, execution, process, ...(close ? { close } : {}) };
}

describe('the high-throughput check', () => {
  it('holds, with figures', async () => {
    const report = await checkHighThroughput({ ...short, transactionsPerSecond: 200 });
    expect(report.problems).toEqual([]);
    expect(report.figures).toMatchObject({ dropped: 0, missing: 0 });
    expect(report.figures['transactions_committed']).toBeGreaterThan(300);
  });

  it('fails when events are dropped', async () => {
    const collector = { ...configured({ QUORUMSCOPE_INTAKE_QUEUE_EVENTS: '100' }), lossless: false };
    const report = await checkHighThroughput({ ...short, collector });
    expect(report.problems.join('\n')).toMatch(/events dropped: found \d+, expected 0/);
  });

  it('fails when it is too slow, and when nothing is committed', async () => {
    const tooSlow = await checkHighThroughput({ ...short, atLeastEventsPerSecond: 1e9 });
    expect(tooSlow.problems).toEqual([
      expect.stringMatching(/events a second, expected at least 1000000000/),
    ]);
    const idle = await checkHighThroughput({
      ...short,
      transactionsPerSecond: 0.001,
      atLeastEventsPerSecond: 0,
    });
    expect(idle.problems).toEqual(['no transaction was committed, expected some']);
  });
});

describe('the large-scale check', () => {
  it('holds for 50 validators beside one node, and beside each of 10', async () => {
    const one = await checkLargeScale({ validators: 50 });
    expect(one.problems).toEqual([]);
    expect(one.figures).toMatchObject({ validators_seen: 50, attached: 1, folded: 0 });
    expect((await checkLargeScale({ validators: 10, attached: 10 })).problems).toEqual([]);
  });

  it('fails when series are folded', async () => {
    const collector = configured({
      QUORUMSCOPE_METRICS_MAX_SERIES_PER_METRIC: '10',
      QUORUMSCOPE_METRICS_MAX_SERIES: '150',
    });
    const { problems } = await checkLargeScale({ validators: 20, collector });
    expect(problems.join('\n')).toMatch(/found more series than its limit/);
    expect(problems.join('\n')).toMatch(/gauges refused for want of room/);
  });

  it('fails when validators are not seen or the page takes too long', async () => {
    const { problems } = await checkLargeScale({ validators: 20, maxViews: 5, pageWithinMs: 0 });
    expect(problems.join('\n')).toMatch(/found proposals of [1-7] validators, expected of all 20/);
    expect(problems.join('\n')).toMatch(/found a page in .* expected within 0 ms/);
  });
});

describe('the overhead check', () => {
  const busy = (hooks: Hooks): number => {
    let sum = 0;
    for (let i = 0; i < 400_000; i++) sum += Math.sqrt(i);
    hooks.consensus.voteSent({ view: 1, vote: 'vote1', block: '0x1' });
    return sum;
  };

  it('holds for work with few hook calls', async () => {
    // A generous bound: the machine of a test is seldom quiet.
    const report = await checkOverhead({ work: busy, rounds: 11, atMostRatio: 1.5 });
    expect(report.problems).toEqual([]);
    expect(report.figures).toMatchObject({ events_per_round: 1, rounds: 11 });
  });

  it('fails for work that is nothing but hook calls', async () => {
    const chatty = (hooks: Hooks): void => {
      for (let i = 0; i < 20_000; i++) hooks.consensus.voteSent({ view: i, vote: 'vote1', block: '0x1' });
    };
    const { problems, figures } = await checkOverhead({ work: chatty, rounds: 5 });
    expect(problems.join('\n')).toMatch(
      /found hooks to cost [\d.]+ times the work \(.*\), expected at most 1.05/,
    );
    expect(figures['quickest_ratio']).toBeGreaterThan(2);
  });

  it('fails for work that cannot be measured, or that states nothing or what is invalid', async () => {
    const problemsOf = async (work: (hooks: Hooks) => unknown): Promise<string> =>
      (await checkOverhead({ work, rounds: 3, atMostRatio: 1e9 })).problems.join('\n');
    expect(await problemsOf(() => 0)).toMatch(/stated no events[^]*rounds of .* ms/);
    expect(
      await problemsOf((hooks) => hooks.consensus.voteSent({ view: -1, vote: 'vote1', block: '0x1' })),
    ).toMatch(/found 5 events dropped \(5 invalid\), expected none/);
  });

  it('awaits work that takes its time', async () => {
    const { figures } = await checkOverhead({
      rounds: 3,
      work: async (hooks) => {
        await new Promise((resolve) => setTimeout(resolve, 3));
        busy(hooks);
      },
    });
    expect(figures['off_ms']).toBeGreaterThan(2);
  });
});
