/** The report shows what happened, whatever its length, and needs nothing but itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSimulation,
  isFaultLine,
  renderReport,
  RunPictures,
  type SimulationOptions,
} from '../../../simulator/main.js';
import { protocolNames } from '../../../simulator/protocol/replica.js';
import { DoublingSeries } from '../../../simulator/report/doubling-series.js';
import { Conduct } from '../../../simulator/report/view-ribbon.js';
import { simulate, usual } from './run.js';

async function watched(options: Partial<SimulationOptions>) {
  const all = { ...usual, startUs: 0, ...options };
  const pictures = new RunPictures(all.validators, 0);
  const simulation = createSimulation({
    ...all,
    watch: pictures,
    truth: (line) => isFaultLine(line) && pictures.truth(line),
  });
  const result = await simulation.run();
  const page = renderReport({
    result,
    pictures,
    distributions: simulation.distributions(),
    replay: 'again & again',
  });
  return { result, pictures, page };
}

/** How often each conduct occurs in a lane. */
function laneOf({ ribbon }: RunPictures, lane: number): number[] {
  const counts = Object.values(Conduct).map(() => 0);
  for (let column = 0; column < ribbon.columns.used; column++)
    for (const conduct of Object.values(Conduct)) counts[conduct]! += ribbon.count(lane, column, conduct);
  return counts;
}

describe('the ribbon', () => {
  it.each(protocolNames)(
    'shows a healthy network committing in all but the newest views, %s',
    async (protocol) => {
      const { pictures, result } = await watched({ protocol, maxViews: 50 });
      for (let lane = 0; lane < 4; lane++) {
        const counts = laneOf(pictures, lane);
        expect(counts[Conduct.committed]).toBeGreaterThanOrEqual(result.blocks.committed - 1);
        expect(counts[Conduct.late]! + counts[Conduct.failedLeader]!).toBe(0);
        expect(counts.reduce((sum, count) => sum + count)).toBe(result.views.entered);
      }
    },
  );

  it('shows who crashed by silence, and the lost views by their leaders', async () => {
    const { pictures, result } = await watched({
      maxViews: 400,
      faults: [{ kind: 'crash', validator: 2, atUs: 0 }],
    });
    const crashed = laneOf(pictures, 2);
    expect(crashed[Conduct.committed]).toBe(0);
    expect(crashed[Conduct.silent]! + crashed[Conduct.failedLeader]!).toBe(result.views.entered);
    expect(crashed[Conduct.failedLeader]).toBeGreaterThan(90);
    // The leader before it loses its block too, since the crashed one would have collected the votes.
    expect(laneOf(pictures, 1)[Conduct.failedLeader]).toBeGreaterThan(90);
    expect(laneOf(pictures, 0)[Conduct.failedLeader]).toBeLessThanOrEqual(1);
  });

  // Not in the views that it leads, and not where it collects the votes itself: half of them.
  it('shows whose votes come late', async () => {
    const { pictures } = await watched({
      maxViews: 100,
      faults: [{ kind: 'slow', validator: 1, atUs: 0, delayUs: 5_000 }],
    });
    expect(laneOf(pictures, 1)[Conduct.late]).toBeGreaterThan(45);
    expect(laneOf(pictures, 3)[Conduct.late]).toBe(0);
  });

  it('has the same size for any number of views and validators', async () => {
    const { pictures, result } = await watched({ validators: 90, maxViews: 1_500 });
    const { used, views } = pictures.ribbon.columns;
    expect(used).toBeLessThanOrEqual(200);
    expect(used * views).toBeGreaterThanOrEqual(result.views.entered);
    expect(pictures.ribbon.lanes).toBe(40);
    const members = Array.from({ length: 40 }, (_, lane) => pictures.ribbon.validatorsOf(lane));
    expect(members[0]![0]).toBe(0);
    expect(members[39]![1]).toBe(89);
    members.slice(1).forEach(([first], lane) => expect(first).toBe(members[lane]![1] + 1));
    expect(laneOf(pictures, 7).reduce((sum, count) => sum + count)).toBe(
      result.views.entered * (members[7]![1] - members[7]![0] + 1),
    );
  });
});

describe('the page', () => {
  it('stands alone and names faults, rules and the replay', async () => {
    const { page, result } = await watched({
      durationUs: 60_000_000,
      negativeControls: { amnesia: true },
      faults: [{ kind: 'crash', validator: 1, atUs: 1_000_000, durationUs: 2_000_000 }],
    });
    expect(result.safety.total).toBeGreaterThan(0);
    expect(page).toContain('<td>S5</td>');
    expect(page).toContain('validator-1: crash from 1 s to 3 s');
    expect(page).toContain('again &amp; again');
    expect(page).toContain(result.digest);
    expect(page).not.toMatch(/<script|https?:|src=|@import|url\(/);
    for (const [type, count] of Object.entries(result.messages.by_type))
      expect(page).toContain(`${type}: ${count.toLocaleString('en-US')}`);
  });

  it('can be made of a run in which nothing was committed', async () => {
    const { page } = await watched({ durationUs: 1_000, viewTimeoutUs: 500_000 });
    expect(page).toContain('Nothing to show.');
  });

  it('changes nothing of the run', async () => {
    const options = {
      durationUs: 3_000_000,
      faults: [{ kind: 'crash', validator: 0, atUs: 500_000 }],
    } as const;
    const { result } = await watched(options);
    expect(result.digest).toBe((await simulate(options)).digest);
  });
});

it('a doubling series keeps every count within its buckets', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(100_000), fc.nat(2)), { minLength: 1 }), (additions) => {
      const series = new DoublingSeries(8, 3, 3);
      for (const [position, counter] of additions) series.add(position, counter);
      const last = Math.max(...additions.map(([position]) => position));
      expect(series.used).toBe(Math.floor(last / series.width) + 1);
      expect(series.used).toBeLessThanOrEqual(8);
      for (let bucket = 0; bucket < 8; bucket++)
        for (let counter = 0; counter < 3; counter++) {
          const within = additions.filter(
            ([position, of]) => of === counter && Math.floor(position / series.width) === bucket,
          );
          expect(series.count(bucket, counter)).toBe(within.length);
        }
    }),
  );
});
