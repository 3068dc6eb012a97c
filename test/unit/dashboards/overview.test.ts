/** What the first screen says at three in the morning, on series of which it is known how things are. */
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/base/clock.js';
import { dashboardSpecs } from '../../../src/dashboards.js';
import { withChoices } from '../../../src/dashboards/choices.js';
import { PromqlEngine } from '../../../src/promql/engine.js';
import { MemorySeries } from '../../support/memory-series.js';

const NOW = 1_000_000;
const overview = dashboardSpecs().find(({ uid }) => uid === 'quorumscope-overview')!;
const panel = (title: string) => overview.rows[0]!.panels.find((one) => one.title === title)!;

interface Node {
  /** Seconds since its last commit. */
  readonly age: number;
  readonly connected?: 0 | 1;
  readonly syncing?: 0 | 1;
  /** The sidecar that it is attached to. */
  readonly instance?: string;
}

/** What the panel shows of these nodes, in its own words. */
async function says(title: string, nodes: Readonly<Record<string, Node>>): Promise<Record<string, string>> {
  const source = new MemorySeries();
  const add = (name: string, labels: Record<string, string>, value: number): void =>
    source.add({ __name__: name, job: 'quorumscope', ...labels }, [NOW * 1000], [value]);
  const instances = new Set<string>();
  for (const [node_id, { age, connected = 1, syncing = 0, instance = 'a' }] of Object.entries(nodes)) {
    const labels = { chain_id: 'c', node_id, instance };
    add('hotstuff_consensus_last_commit_timestamp_seconds', labels, NOW - age);
    add('quorumscope_node_connected', labels, connected);
    add('hotstuff_consensus_syncing', labels, syncing);
    instances.add(instance);
  }
  for (const instance of instances) add('quorumscope_threshold', { instance, name: 'max_block_time' }, 30);
  const { questions, meanings = [] } = panel(title);
  const engine = new PromqlEngine({ source, clock: new WallClock() });
  const outcome = await engine.instant(withChoices(questions[0]!.expr), NOW * 1000);
  if (outcome.status === 'error' || outcome.value.type !== 'vector') throw new Error('no vector');
  return Object.fromEntries(
    outcome.value.samples.map(({ labels, value }) => [
      labels.get('node_id') || labels.get('chain_id'),
      meanings.find((one) => one.value === value)?.text ?? String(value),
    ]),
  );
}

describe('the first screen', () => {
  it.each([
    ['all commit', { v0: { age: 1 }, v1: { age: 2 } }, 'committing', { v0: 'not me', v1: 'not me' }],
    ['one stands', { v0: { age: 1 }, v1: { age: 31 } }, 'committing', { v0: 'not me', v1: 'STALLED' }],
    ['the chain stands', { v0: { age: 31 }, v1: { age: 40 } }, 'HALTED', { v0: 'not me', v1: 'not me' }],
    ['one catches up', { v0: { age: 1 }, v1: { age: 90, syncing: 1 } }, 'committing', { v0: 'not me', v1: 'catching up' }],
    ['one is gone', { v0: { age: 1 }, v1: { age: 90, connected: 0 } }, 'committing', { v0: 'not me', v1: 'NOT HEARD' }],
    [
      'two sidecars, each with a node',
      { v0: { age: 1, instance: 'a' }, v1: { age: 31, instance: 'b' } },
      'committing',
      { v0: 'not me', v1: 'STALLED' },
    ],
  ] as const)('where %s', async (_, nodes, chain, each) => {
    expect(await says('Is the chain committing?', nodes)).toEqual({ c: chain });
    expect(await says('Is it me?', nodes)).toEqual(each);
  });

  it('names nobody where nothing was ever attached', async () => {
    expect(await says('Is the chain committing?', {})).toEqual({});
    expect(panel('Is it me?').whenAbsent).toBe('nothing attached');
  });
});
