/**
 * Records against what is simulated: an ordered stream gives the truth, and whatever else becomes of it
 * (loss, repetition, disorder, restarts) breaks nothing and bounds everything.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../../simulator/main.js';
import { criticalPath, phasesOf } from '../../../../src/domains/consensus/record/phases.js';
import type { ViewRecord } from '../../../../src/domains/consensus/record/view-record.js';
import { runSimulated, SimulatedWatch, type Spoken } from './simulated.js';

const START_US = 1_735_689_600_000_000;

/** When the replica of a validator reached what, microseconds from the start of the run. */
interface Fact {
  enteredUs?: number;
  proposalUs?: number;
  certifiedUs?: number;
}

type Facts = Map<string, Fact>;

/** A run, what its nodes said, and what really happened. */
async function lived(options: Partial<SimulationOptions>): Promise<{ said: Spoken[]; facts: Facts }> {
  const said: Spoken[] = [];
  const facts: Facts = new Map();
  const watch: SimulationOptions['watch'] = {
    observer: (validator, time) => {
      const note = (view: number, what: keyof Fact): void => {
        const key = `node-${validator} ${view}`;
        const fact = facts.get(key) ?? {};
        facts.set(key, fact);
        fact[what] ??= time.nowUs;
      };
      return {
        viewEntered: (view) => note(view, 'enteredUs'),
        proposalReceived: (block) => note(block.view, 'proposalUs'),
        proposalSent: (block) => note(block.view, 'proposalUs'),
        qcFormed: (qc) => note(qc.view, 'certifiedUs'),
        qcReceived: (qc) => note(qc.view, 'certifiedUs'),
      };
    },
    committed: () => undefined,
  };
  await runSimulated({ ...options, watch }, (spoken) => said.push(spoken), [
    'consensus',
    'storage',
    'process',
    'network',
  ]);
  return { said, facts };
}

function heard(said: readonly Spoken[]): { watch: SimulatedWatch; records: ViewRecord[] } {
  const watch = new SimulatedWatch();
  said.forEach(watch.hear);
  watch.tick();
  const views = watch.watch.views('simulated');
  const records = [...(views?.nodes() ?? [])].flatMap((node) => [...views!.records(node)]);
  return { watch, records };
}

describe.each(['hotstuff2-chained', 'hotstuff2-basic', 'hotstuff3-chained'] as const)('%s', (protocol) => {
  let said: Spoken[];
  let facts: Facts;
  const [first, second] = [600_000, 900_000];

  beforeAll(async () => {
    ({ said, facts } = await lived({
      protocol,
      durationUs: 4_000_000,
      hardware: { fsync: 'measured', processor: 'modelled' },
      faults: [
        { kind: 'slow', validator: 1, delayUs: 15_000, atUs: first, durationUs: second },
        { kind: 'crash', validator: 2, atUs: 2_000_000, durationUs: 1_000_000 },
      ],
    }));
  });

  it('has in its records what really happened, when it happened', () => {
    const { records } = heard(said);
    const entered = records.filter((record) => record.isEntered && record.trigger !== 'start');
    expect(entered.length).toBeGreaterThan(100);
    for (const record of entered) {
      const where = `${record.node} view ${record.view}`;
      const fact = facts.get(`${record.node} ${record.view}`);
      expect(record.enteredAtUs, where).toBe(START_US + fact!.enteredUs!);
      const sinceUs = (us: number | undefined) => (us === undefined ? undefined : us - fact!.enteredUs!);
      const { proposalUs } = phasesOf(record);
      expect(proposalUs, where).toBe(sinceUs(fact!.proposalUs));
      const certificate = record.certificates.find(({ vote }) => vote === 'vote1');
      expect(certificate?.atUs, where).toBe(sinceUs(fact!.certifiedUs));
      expect(record.leftUs === undefined || record.leftUs >= 0, where).toBe(true);
      expect(criticalPath(record)).toContain(`view ${record.view}: entered 0 ms`);
    }
  });

  it('names as the closer of a quorum one who signed it', () => {
    const { records } = heard(said);
    const formed = records.flatMap(({ certificates }) =>
      certificates.filter(({ isFormedHere }) => isFormedHere),
    );
    expect(formed.length).toBeGreaterThan(20);
    for (const { closedBy, signers } of formed) expect(signers).toContain(closedBy);
  });

  it('survives what may become of a stream, within its bounds', () => {
    const events = fc.array(fc.nat(said.length - 1), { minLength: 50, maxLength: 2_000 });
    fc.assert(
      fc.property(events, fc.array(fc.nat(60), { maxLength: 5 }), (chosen, jumps) => {
        const watch = new SimulatedWatch();
        for (const spoken of said) if (spoken.hello !== undefined) watch.hear(spoken);
        chosen.forEach((i, at) => {
          watch.hear(said[i]!);
          if (at % 97 === 0) watch.gap('node-1', 3);
          if (jumps.includes(at)) watch.hear(jumped(said[i]!, 1_000_000));
        });
        watch.tick();
        const views = watch.watch.views('simulated')!;
        for (const node of views.nodes()) {
          const records = [...views.records(node)];
          expect(records.length).toBeLessThanOrEqual(1_024);
          expect(new Set(records.map(({ view }) => view)).size).toBe(records.length);
          for (const record of records) {
            expect(views.record(node, record.view)).toBe(record);
            expect(criticalPath(record)).toContain(`view ${record.view}`);
            expect(record.votes.length).toBeLessThanOrEqual(256);
          }
        }
        expect(failures(watch)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('places every entry right when neighbours swap places', () => {
    const ordered = entriesOf(heard(said).records);
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: said.length, maxLength: said.length }), (delays) => {
        const order = said.map((spoken, i) => ({
          spoken,
          at: spoken.hello === undefined ? i + delays[i]! : i,
        }));
        const late = order.sort((a, b) => a.at - b.at).map(({ spoken }) => spoken);
        const entries = entriesOf(heard(late).records);
        for (const [view, enteredAtUs] of ordered) expect(entries.get(view), view).toBe(enteredAtUs);
      }),
      { numRuns: 5 },
    );
  });

  it('says the same when every event comes twice', () => {
    const ordered = heard(said).records;
    const twice = said.flatMap((spoken) => (spoken.hello === undefined ? [spoken, spoken] : [spoken]));
    const { records } = heard(twice);
    const shown = (all: readonly ViewRecord[]) => all.map((record) => structuredClone(record));
    expect(shown(records)).toEqual(shown(ordered));
  });
});

/** When each view was entered, by node and view. */
function entriesOf(records: readonly ViewRecord[]): Map<string, number> {
  const entered = records.filter(({ isEntered }) => isEntered);
  return new Map(entered.map(({ node, view, enteredAtUs }) => [`${node} ${view}`, enteredAtUs]));
}

/** Handlers that threw. */
function failures({ board }: SimulatedWatch): number {
  board.refresh();
  const family = board
    .families()
    .find(({ definition }) => definition.name === 'quorumscope_domain_errors_total');
  return (family?.series ?? []).reduce((sum, { slot }) => sum + board.slots.values[slot]!, 0);
}

/** The same about a view far ahead. */
function jumped(spoken: Spoken, views: number): Spoken {
  const { event } = spoken;
  if (event === undefined || !('view' in event)) return spoken;
  return { node: spoken.node, event: { ...event, view: Number(event.view) + views } };
}
