/** How much room the heap is given, by how often it is collected. */
import { describe, expect, it } from 'vitest';
import { HeapRoom, rooms, type Setting } from '../../../src/cli/heap.js';

type EveryMs = (growthPercent: number) => number;

/** What the heap is told while it is collected every so often, which the room given last decides. */
function told(phases: readonly { readonly forMs: number; readonly everyMs: EveryMs }[]): Setting[] {
  const all: Setting[] = [];
  const heap = new HeapRoom((setting) => all.push(setting), 0);
  let nowMs = 0;
  let endMs = 0;
  for (const { forMs, everyMs } of phases)
    for (endMs += forMs; nowMs < endMs; nowMs += everyMs(all.at(-1)!.growthPercent)) heap.collected(nowMs);
  return all;
}

/** The rooms among them, in order. */
function given(phases: Parameters<typeof told>[0]): number[] {
  const all = told(phases).map(({ growthPercent }) => growthPercent);
  return all.filter((room, i) => room !== all[i - 1]);
}

describe('the room of the heap', () => {
  it('stays the narrowest while the heap is collected once a second', () => {
    expect(given([{ forMs: 600_000, everyMs: () => 1_000 }])).toEqual([rooms[0]]);
  });

  it('grows by one step after the other while collections come too often, and no further than there are', () => {
    expect(given([{ forMs: 600_000, everyMs: () => 200 }])).toEqual(rooms);
  });

  it('grows within seconds', () => {
    expect(given([{ forMs: 3_000, everyMs: () => 200 }]).length).toBeGreaterThan(1);
  });

  it('comes to rest where collections are as seldom as they should be', () => {
    const everyMs: EveryMs = (growthPercent) => (growthPercent === 0 ? 4_000 : growthPercent * 15);
    expect(given([{ forMs: 3_600_000, everyMs }])).toEqual(rooms.slice(0, 2));
  });

  it('shrinks to the narrowest again when there is little to do', () => {
    const all = given([
      { forMs: 60_000, everyMs: () => 200 },
      { forMs: 600_000, everyMs: () => 5_000 },
    ]);
    expect(all).toEqual([...rooms, ...rooms.slice(0, -1).reverse()]);
  });

  it('is tidied by one collection every half a minute', () => {
    const all = told([{ forMs: 300_000, everyMs: () => 1_000 }]).map(({ isTidying }) => isTidying);
    expect(all.filter((isTidying) => isTidying).length).toBeGreaterThanOrEqual(8);
    expect(all.filter((isTidying) => isTidying).length).toBeLessThanOrEqual(10);
    expect(all.some((isTidying, i) => isTidying && all[i - 1])).toBe(false);
  });

  it('is never tidied in a wider room, where there is much to do', () => {
    const all = told([{ forMs: 300_000, everyMs: () => 200 }]);
    expect(all.filter(({ isTidying }) => isTidying)).toEqual([]);
  });
});
