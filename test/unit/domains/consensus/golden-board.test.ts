/**
 * What the consensus domain shows of recorded runs, to the last digit: the whole page, every verdict and
 * finding, every record. Whoever makes the domain cheaper must not change what it says; whoever means to
 * change what it says sees here what that changes (`vitest run -u` writes the digests anew).
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random.js';
import { createExposition } from '../../../../src/export/prometheus/exposition.js';
import type { DomainName } from '../../../../src/events/vocabulary.js';
import type { SimulationOptions } from '../../../../simulator/main.js';
import { runSimulated, SimulatedWatch, type Spoken } from './simulated.js';

const about: readonly DomainName[] = ['consensus', 'network', 'process', 'storage'];
const TICK_US = 1_000_000;

/** What may become of a stream between the node and us. */
interface Mishaps {
  /** Chances of each event to be lost (a gap is told), said twice, and held back behind the next few. */
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
}

interface Run {
  readonly options: Partial<SimulationOptions>;
  readonly attached?: readonly string[];
  readonly mishaps?: Mishaps;
}

const stall = { kind: 'stall', validator: 3, delayUs: 60_000, atUs: 2_500_000, durationUs: 800_000 } as const;
const crash = { kind: 'crash', validator: 1, atUs: 1_000_000, durationUs: 1_200_000 } as const;

const runs: Readonly<Record<string, Run>> = {
  healthy: { options: { validators: 7, seed: 11, durationUs: 1_500_000 } },
  'healthy, one node attached': {
    options: { validators: 7, seed: 12, durationUs: 2_000_000 },
    attached: ['node-2'],
  },
  'basic form with a crash and a stall': {
    options: { protocol: 'hotstuff2-basic', seed: 13, durationUs: 5_000_000, faults: [crash, stall] },
  },
  'crash, slow leader, loss': {
    options: {
      validators: 7,
      seed: 14,
      durationUs: 4_500_000,
      hardware: { fsync: 'measured', processor: 'modelled' },
      faults: [
        crash,
        { kind: 'slow', validator: 4, delayUs: 250_000, atUs: 2_400_000, durationUs: 1_000_000 },
        { kind: 'loss', ratio: 0.1, atUs: 3_500_000, durationUs: 600_000 },
      ],
    },
  },
  partition: {
    options: {
      seed: 15,
      durationUs: 5_000_000,
      faults: [{ kind: 'partition', groups: [[0, 1]], atUs: 1_500_000, durationUs: 1_500_000 }],
    },
  },
  equivocation: {
    options: {
      seed: 16,
      durationUs: 4_000_000,
      faults: [
        { kind: 'byzantine', validator: 2, behaviour: 'equivocate', atUs: 500_000, durationUs: 1_500_000 },
        { kind: 'byzantine', validator: 1, behaviour: 'double_vote', atUs: 2_200_000, durationUs: 800_000 },
        { kind: 'byzantine', validator: 3, behaviour: 'future_spam', atUs: 3_000_000, durationUs: 800_000 },
      ],
    },
  },
  amnesia: {
    options: {
      validators: 5,
      seed: 17,
      durationUs: 3_500_000,
      faults: [{ kind: 'amnesia', validator: 2, atUs: 1_500_000, durationUs: 700_000 }, stall],
    },
  },
  'changes of the set': {
    options: {
      validators: 5,
      seed: 20,
      durationUs: 2_500_000,
      epochs: {
        blocks: 20,
        sets: [
          [1, 1, 1, 1, 0],
          [0, 1, 1, 1, 2],
          [1, 1, 0, 1, 1],
        ],
        repeat: true,
      },
      faults: [{ kind: 'crash', validator: 1, atUs: 1_000_000, durationUs: 500_000 }],
    },
  },
  'a bad stream': {
    options: { validators: 7, seed: 18, durationUs: 5_000_000, faults: [crash, stall] },
    mishaps: { lost: 0.002, twice: 0.02, late: 0.03 },
  },
  'a bad stream of one node': {
    options: { validators: 4, seed: 19, durationUs: 5_000_000, faults: [crash] },
    attached: ['node-0'],
    mishaps: { lost: 0.01, twice: 0.05, late: 0.1 },
  },
};

describe('what recorded runs show', () => {
  it.each(Object.entries(runs))('%s', async (_name, run) => {
    const said: Spoken[] = [];
    await runSimulated(run.options, (spoken) => said.push(spoken), about);
    const told: unknown[] = [];
    const hear = (what: string) => (value: unknown) => void told.push([what, structuredClone(value)]);
    const verdicts = { verdict: hear('verdict'), settled: hear('settled') };
    const watch = new SimulatedWatch({ verdicts, findings: { finding: hear('finding') } }, run.attached);
    replay(watch, said, run);
    const page = Buffer.from(await createExposition({ board: watch.board }).render('text')).toString();
    expect({
      page: await familiesOf(page),
      said: digest(JSON.stringify(told)),
      records: digest(JSON.stringify(recordsOf(watch))),
    }).toMatchSnapshot();
  });
});

function replay(watch: SimulatedWatch, said: readonly Spoken[], { mishaps, options }: Run): void {
  const random = createRandom(options.seed ?? 1, 'mishaps');
  const held: { readonly spoken: Spoken; readonly until: number }[] = [];
  let tickedUs = 0;
  said.forEach((spoken, i) => {
    while (held.length > 0 && held[0]!.until <= i) watch.hear(held.shift()!.spoken);
    const chance = mishaps === undefined || spoken.hello !== undefined ? 1 : random.float();
    const { lost, twice, late } = mishaps ?? { lost: 0, twice: 0, late: 0 };
    if (chance < lost) watch.gap(spoken.node, 1);
    else if (chance < lost + late) held.push({ spoken, until: i + 1 + random.int(9) });
    else {
      watch.hear(spoken);
      if (chance < lost + late + twice) watch.hear(spoken);
    }
    const nowUs = watch.clock.nowUs();
    if (nowUs - tickedUs < TICK_US) return;
    tickedUs = nowUs;
    watch.tick();
  });
  watch.clock.advance(20_000_000);
  watch.tick();
}

/** A digest of the series of each metric. */
async function familiesOf(page: string): Promise<Record<string, string>> {
  const lines = new Map<string, string[]>();
  for (const line of page.split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('quorumscope_exposition')) continue;
    const name = line.slice(0, line.search(/[ {]/)).replace(/_(bucket|sum|count)$/, '');
    lines.set(name, [...(lines.get(name) ?? []), line]);
  }
  const families = [...lines].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.resolve(
    Object.fromEntries(
      families.map(([name, own]) => [name, `${own.length} ${digest(own.sort().join('\n'))}`]),
    ),
  );
}

/** Every record as its fields say it. */
function recordsOf(watch: SimulatedWatch): unknown[] {
  const views = watch.watch.views('simulated')!;
  return [...views.nodes()].flatMap((node) => [...views.records(node)].map((record) => ({ ...record })));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
