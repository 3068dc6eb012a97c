/** How much room the heap is given, by how often it is collected. */
import { describe, expect, it } from 'vitest';
import { HeapRoom, rooms, type Room } from '../../../src/cli/heap.js';

/** Rooms given while the heap is collected every so often, which the room given last decides. */
function given(phases: readonly { forMs: number; everyMs: (room: Room) => number }[]): Room[] {
  const all: Room[] = [];
  const heap = new HeapRoom((room) => all.push(room), 0);
  let nowMs = 0;
  let endMs = 0;
  for (const { forMs, everyMs } of phases)
    for (endMs += forMs; nowMs < endMs; nowMs += everyMs(all.at(-1)!)) heap.collected(nowMs);
  return all;
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
    const everyMs = ({ growthPercent, forSize }: Room): number =>
      growthPercent === 0 ? 4_000 : growthPercent * (forSize ? 10 : 15);
    expect(given([{ forMs: 3_600_000, everyMs }])).toEqual(rooms.slice(0, 3));
  });

  it('shrinks to the narrowest again when there is little to do', () => {
    const all = given([
      { forMs: 60_000, everyMs: () => 200 },
      { forMs: 600_000, everyMs: () => 5_000 },
    ]);
    expect(all).toEqual([...rooms, ...rooms.slice(0, -1).reverse()]);
  });
});
