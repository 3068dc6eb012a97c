/** Who takes part, against what is simulated: with all nodes attached, and with one. */
import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../../simulator/main.js';
import { runSimulated, SimulatedWatch } from './simulated.js';

async function watched(
  options: Partial<SimulationOptions>,
  attached?: readonly string[],
): Promise<SimulatedWatch> {
  const watch = new SimulatedWatch({}, attached);
  await runSimulated(options, watch.hear);
  watch.tick();
  return watch;
}

const silentOf = (watch: SimulatedWatch): string[] =>
  (watch.watch.participation('simulated')?.participants ?? [])
    .filter(({ standing }) => standing.isSilent)
    .map(({ id }) => id);

const vantages = [
  { vantage: 'all attached', attached: undefined },
  { vantage: 'one attached', attached: ['node-0'] },
];

describe('a healthy chain around the world, 31 validators', () => {
  const world: Partial<SimulationOptions> = {
    validators: 31,
    network: { delay: { kind: 'aws' } },
    viewTimeoutUs: 2_000_000,
    leaderWaitUs: 500_000,
    durationUs: 45_000_000,
  };

  it.each(vantages)('has nobody silent, $vantage', { timeout: 60_000 }, async ({ attached }) => {
    const watch = await watched(world, attached);
    expect(silentOf(watch)).toEqual([]);
    const standings = watch.watch.participation('simulated')!.participants.map(({ standing }) => standing);
    // Some are in hardly any certificate, or the test shows nothing.
    const late = standings.filter((standing) => standing.votes(100, 'late') > standing.votes(100, 'in_time'));
    expect(late.length).toBeGreaterThan(0);
    for (const standing of late) expect(standing.participation(100)).toBeGreaterThan(0.9);
    for (const standing of standings) expect(standing.leads(100, 'failed')).toBe(0);
    expect(watch.watch.participation('simulated')?.margin?.margin).toBe(31 - 21);
  });
});

describe('seven validators', () => {
  const seven: Partial<SimulationOptions> = { validators: 7, durationUs: 20_000_000 };

  it.each(vantages)('have the crashed one named, and nobody else, $vantage', async ({ attached }) => {
    const faults = [{ kind: 'crash', validator: 3, atUs: 5_000_000 }] as const;
    const watch = await watched({ ...seven, faults }, attached);
    expect(silentOf(watch)).toEqual(['validator-3']);
    const { standing } = watch.participant('validator-3');
    expect(standing.participation(10)).toBe(0);
    expect(standing.leads(10, 'failed')).toBe(10);
    // Its block votes died with it: the leader before it has proposed all the same.
    expect(watch.participant('validator-2').standing.leads(10, 'failed')).toBe(0);
    const margin = watch.watch.participation('simulated')?.margin;
    expect(margin).toMatchObject({
      participatingPower: 6,
      quorumPower: 5,
      margin: 1,
      isOneFailureFromHalt: false,
    });
  });

  it('are one failure from halt with two crashed, and no longer once one is back', async () => {
    const faults = [
      { kind: 'crash', validator: 3, atUs: 3_000_000 },
      { kind: 'crash', validator: 5, atUs: 3_000_000, durationUs: 10_000_000 },
    ] as const;
    const during = await watched({ ...seven, durationUs: 12_000_000, faults });
    expect(during.watch.participation('simulated')?.margin).toMatchObject({
      margin: 0,
      isOneFailureFromHalt: true,
    });
    const after = await watched({ ...seven, faults });
    expect(silentOf(after)).toEqual(['validator-3']);
    expect(after.watch.participation('simulated')?.margin?.isOneFailureFromHalt).toBe(false);
  });

  it('have the one named that proposes and withholds its votes', async () => {
    const faults = [
      { kind: 'byzantine', behaviour: 'withhold_votes', validator: 4, atUs: 2_000_000 },
    ] as const;
    const watch = await watched({ ...seven, faults });
    expect(silentOf(watch)).toEqual(['validator-4']);
    expect(watch.participant('validator-4').standing.leads(10, 'proposed')).toBe(10);
  });

  it('have nobody silent when one is slow, or proposes nothing, or loses a tenth of its messages', async () => {
    const slow = { kind: 'slow', validator: 2, delayUs: 60_000, atUs: 1_000_000 } as const;
    const proposer = {
      kind: 'byzantine',
      behaviour: 'silent_proposer',
      validator: 2,
      atUs: 1_000_000,
    } as const;
    const loss = { kind: 'loss', validators: [2], ratio: 0.1, atUs: 1_000_000 } as const;
    for (const fault of [slow, proposer, loss]) {
      for (const { attached } of vantages) {
        const watch = await watched({ ...seven, faults: [fault] }, attached);
        expect(silentOf(watch), fault.kind).toEqual([]);
      }
    }
  });

  it('are judged the same in the basic form', async () => {
    const faults = [{ kind: 'crash', validator: 3, atUs: 5_000_000 }] as const;
    const watch = await watched({ ...seven, protocol: 'hotstuff2-basic', faults });
    expect(silentOf(watch)).toEqual(['validator-3']);
  });
});
