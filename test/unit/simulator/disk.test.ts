/** A device that syncs one batch at a time: who waits for what, under a stall and after it. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.js';
import { Disk } from '../../../simulator/node/disk.js';
import { Strain } from '../../../simulator/node/strain.js';

const STALL_US = 700_000;

function stalledDisk(): { disk: Disk; strain: Strain } {
  const strain = new Strain();
  const disk = new Disk(createRandom(1, 'disk'), { fsync: 'instant', processor: 'free' }, strain);
  strain.syncDelayUs = STALL_US;
  return { disk, strain };
}

describe('a disk', () => {
  it('without delay is done at once', () => {
    const disk = new Disk(createRandom(1, 'disk'), { fsync: 'instant', processor: 'free' }, new Strain());
    expect([disk.syncUs(5), disk.syncUs(9), disk.syncUs(7)]).toEqual([5, 9, 7]);
  });

  it('shares the next sync among all that is asked for during the one under way', () => {
    const { disk } = stalledDisk();
    expect(disk.syncUs(0)).toBe(STALL_US);
    expect([10, 20, STALL_US - 1].map((atUs) => disk.syncUs(atUs))).toEqual(Array(3).fill(2 * STALL_US));
    expect(disk.syncUs(STALL_US)).toBe(3 * STALL_US);
  });

  it('is free two syncs after a stall, however much was asked for during it', () => {
    const { disk, strain } = stalledDisk();
    for (let atUs = 0; atUs < 10 * STALL_US; atUs += 20_000) disk.syncUs(atUs);
    strain.syncDelayUs = 0;
    const healedUs = 10 * STALL_US;
    expect(disk.syncUs(healedUs)).toBeLessThanOrEqual(healedUs + 2 * STALL_US);
    expect(disk.syncUs(healedUs + 2 * STALL_US)).toBe(healedUs + 2 * STALL_US);
  });

  it('forgets what was under way when the power fails', () => {
    const { disk } = stalledDisk();
    disk.syncUs(0);
    disk.syncUs(1);
    disk.crash(100);
    expect(disk.syncUs(100)).toBe(100 + STALL_US);
  });
});
