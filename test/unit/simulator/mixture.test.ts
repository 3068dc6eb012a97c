/** Up to f attackers together with any faults of machines and network: safe all along, alive afterwards. */
import { expect, it } from 'vitest';
import { createRandom, type Random } from '../../../src/base/random.js';
import { behaviourNames } from '../../../simulator/faults/behaviour.js';
import type { Fault, SimulationOptions } from '../../../simulator/main.js';
import { simulate } from './run.js';

const SECOND = 1_000_000;
const SEEDS = 25;

function attackers(random: Random, validators: number): Fault[] {
  const most = Math.floor((validators - 1) / 3);
  const first = random.int(validators);
  return Array.from({ length: random.int(most + 1) }, (_, i) => ({
    kind: 'byzantine',
    validator: (first + i) % validators,
    behaviour: behaviourNames[random.int(behaviourNames.length)] ?? 'silent',
    atUs: random.int(3 * SECOND),
    durationUs: 1 + random.int(8 * SECOND),
  }));
}

function fault(random: Random, validators: number): Fault {
  const timed = { atUs: random.int(8 * SECOND), durationUs: 1 + random.int(3 * SECOND) };
  const validator = random.int(validators);
  const some = Array.from({ length: 1 + random.int(validators - 1) }, (_, i) => i);
  const faults: readonly Fault[] = [
    { kind: 'crash', validator, ...timed },
    { kind: 'partition', groups: [some], ...timed },
    { kind: 'one_way_partition', from: [validator], to: [(validator + 1) % validators], ...timed },
    { kind: 'loss', ratio: random.float() / 2, ...timed },
    { kind: 'reorder', ratio: random.float(), ...timed },
    { kind: 'stall', validator, delayUs: 1 + random.int(SECOND), ...timed },
    { kind: 'slow', validator, delayUs: 1 + random.int(SECOND), ...timed },
  ];
  return faults[random.int(faults.length)] ?? { kind: 'crash', validator, ...timed };
}

function drawn(seed: number): Partial<SimulationOptions> {
  const random = createRandom(seed, 'mixture');
  const validators = 4 + 3 * random.int(3);
  const faults = Array.from({ length: random.int(5) }, () => fault(random, validators));
  return {
    seed,
    validators,
    faults: [...attackers(random, validators), ...faults],
    pacemaker: random.int(2) === 0 ? 'timeout' : 'epoch',
    hardware: random.int(2) === 0 ? {} : { fsync: 'measured', processor: 'modelled' },
    network: { delay: { kind: 'exponential', floorUs: 5_000, meanUs: 1_000 } },
    viewTimeoutUs: 400_000,
    leaderWaitUs: 80_000,
    workload: { transactionsPerSecond: 20 },
    durationUs: 25 * SECOND,
  };
}

it(`breaks no promise in ${SEEDS} seeds`, { timeout: 60_000 }, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { safety, liveness, blocks } = await simulate(drawn(seed));
    expect([...safety.violations, ...liveness.violations], `seed ${seed}`).toEqual([]);
    expect(blocks.committed, `seed ${seed}`).toBeGreaterThan(50);
  }
});
