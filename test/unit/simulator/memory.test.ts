/** What a run keeps does not grow with it: counts of what is held after many views, not bytes. */
import { describe, expect, it } from 'vitest';
import type { SimulatedNode } from '../../../simulator/node/node.js';
import { World } from '../../../simulator/simulation.js';
import { usual } from './run.js';

/** Final blocks that a node still has. */
function held({ disk }: SimulatedNode): number {
  const { ledger } = disk;
  let count = 0;
  for (let height = 0; height <= ledger.head.height; height++) if (ledger.at(height) !== undefined) count++;
  return count;
}

async function worldAfter(maxViews: number): Promise<World> {
  const world = new World({ ...usual, maxViews });
  await world.run();
  return world;
}

describe('a long run', () => {
  it('keeps the newest final blocks, and few that are not final', async () => {
    const world = await worldAfter(6_000);
    for (const node of world.nodes) {
      expect(node.disk.ledger.head.height).toBeGreaterThan(5_900);
      expect(held(node)).toBeLessThanOrEqual(3 * 1024);
      expect(node.disk.durable().blocks.length).toBeLessThanOrEqual(32);
    }
  });

  it('has no more events to come than a short one', async () => {
    const short = await worldAfter(50);
    const long = await worldAfter(3_000);
    expect(long.queue.size).toBeLessThanOrEqual(2 * short.queue.size);
  });
});
