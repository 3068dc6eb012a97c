/**
 * Runs whose digests are known, as data: every protocol, pacemaker, rotation and machine, and the kinds of
 * fault that change what is delivered. Options are plain data, so that a run can be repeated anywhere.
 */
import type { SimulationOptions } from '../../../simulator/main.js';
import { usual } from './run.js';

const modelled = { fsync: 'measured', processor: 'modelled' } as const;
const SECOND = 1_000_000;

const crashes: SimulationOptions['faults'] = [
  { kind: 'crash', validator: 3, atUs: SECOND, durationUs: 2 * SECOND },
  { kind: 'slow', validator: 5, delayUs: 30_000, atUs: 2 * SECOND, durationUs: 2 * SECOND },
];

const trouble: SimulationOptions['faults'] = [
  { kind: 'loss', ratio: 0.05, atUs: SECOND, durationUs: SECOND },
  { kind: 'duplicate', ratio: 0.1, atUs: SECOND, durationUs: 2 * SECOND },
  { kind: 'reorder', ratio: 0.1, delayUs: 60_000, atUs: 2 * SECOND, durationUs: SECOND },
  { kind: 'partition', groups: [[0, 1]], atUs: 3 * SECOND, durationUs: SECOND },
  { kind: 'one_way_partition', from: [2], to: [3, 4], atUs: 4 * SECOND, durationUs: SECOND },
  { kind: 'amnesia', validator: 6, atUs: 4.5 * SECOND, durationUs: SECOND },
  { kind: 'stall', validator: 1, delayUs: 80_000, atUs: 5 * SECOND, durationUs: SECOND },
  { kind: 'starve', validator: 2, factor: 50, atUs: 5 * SECOND, durationUs: SECOND },
  { kind: 'flash_crowd', factor: 5, atUs: 2 * SECOND, durationUs: SECOND },
];

const liars: SimulationOptions['faults'] = [
  { kind: 'byzantine', behaviour: 'equivocate', validator: 0, atUs: SECOND, durationUs: SECOND },
  { kind: 'byzantine', behaviour: 'double_vote', validator: 1, atUs: 2 * SECOND, durationUs: SECOND },
  { kind: 'byzantine', behaviour: 'fork', validator: 2, atUs: 3 * SECOND, durationUs: SECOND },
  { kind: 'byzantine', behaviour: 'hide_lock', validator: 3, atUs: 4 * SECOND, durationUs: SECOND },
  { kind: 'twins', validators: [4, 5, 6], apart: [0, 1], atUs: 5 * SECOND, durationUs: SECOND },
];

const seven = { ...usual, validators: 7, durationUs: 7 * SECOND };
const loaded = { ...seven, workload: { transactionsPerSecond: 200 } };

/** Options by the name of the run. */
export const goldenRuns: Readonly<Record<string, SimulationOptions>> = {
  'chained, calm': { ...usual, durationUs: 5 * SECOND },
  'chained, crash and slow': { ...seven, faults: crashes },
  'chained, modelled machines, load, trouble': { ...loaded, hardware: modelled, faults: trouble },
  'chained, liars and twins': { ...seven, faults: liars },
  'chained, epoch pacemaker': { ...loaded, pacemaker: 'epoch', faults: crashes },
  'chained, reputation, powers': {
    ...seven,
    rotation: 'reputation',
    powers: [1, 2, 1, 2, 1, 2, 1],
    faults: crashes,
  },
  'chained, hashed, uplinks, jitter': {
    ...loaded,
    rotation: 'hashed',
    network: {
      delay: { kind: 'normal', meanUs: 9_000, deviationUs: 2_000 },
      jitterUs: 900,
      uplinkBitsPerSecond: 2e7,
    },
    faults: crashes,
  },
  'chained, regions, lasting loss': {
    ...seven,
    validators: 24,
    viewTimeoutUs: SECOND,
    network: { delay: { kind: 'aws' }, loss: 0.01, transport: 'stream' },
  },
  'chained, wide': { ...usual, validators: 70, durationUs: 3 * SECOND, faults: crashes },
  'basic, trouble': { ...loaded, protocol: 'hotstuff2-basic', faults: trouble },
  'basic with decide, epochs, liars': {
    ...seven,
    protocol: 'hotstuff2-basic',
    vote2To: 'leader',
    pacemaker: 'epoch',
    faults: liars,
  },
  'basic, modelled machines, wide': {
    ...usual,
    validators: 40,
    protocol: 'hotstuff2-basic',
    hardware: modelled,
    durationUs: 3 * SECOND,
  },
  'hotstuff3, crash and slow': { ...seven, protocol: 'hotstuff3-chained', faults: crashes },
  'hotstuff3, weighted, trouble': {
    ...loaded,
    protocol: 'hotstuff3-chained',
    rotation: 'weighted',
    powers: [3, 1, 1, 2, 1, 1, 2],
    faults: trouble,
  },
  'amnesiac negative control': {
    ...seven,
    negativeControls: { amnesia: true, lateVote2: true },
    faults: [{ kind: 'crash', validator: 2, atUs: 1_003_000, durationUs: 5_000 }, ...trouble],
  },
};
