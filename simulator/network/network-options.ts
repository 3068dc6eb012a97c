/**
 * How the network is told to be, as data: delays, jitter, uplinks, and what it does to messages all
 * through the run. Times are microseconds, ratios from 0 to 1. Everything absent is ideal.
 */
import type { Random } from '../../src/base/random.js';
import { awsLatency } from './aws-regions.js';
import { fixedDelay, type LatencyModel } from './latency.js';
import { exponentialDelay, jittered, normalDelay } from './random-latency.js';

/** Where delays come from. */
export type DelayOptions =
  | { readonly kind: 'fixed'; readonly us: number }
  | { readonly kind: 'normal'; readonly meanUs: number; readonly deviationUs: number }
  /** `meanUs` is the mean of what comes on top of the floor. */
  | { readonly kind: 'exponential'; readonly floorUs: number; readonly meanUs: number }
  /** Eight regions of the world, validators round robin. */
  | { readonly kind: 'aws' };

/** What is done to messages of a sender, or of all. */
export interface Disturbance {
  /** Share of messages lost on the way. */
  readonly loss?: number | undefined;
  /** `datagram` (default): a lost message is gone. `stream`: it is sent again, and only comes late. */
  readonly transport?: 'datagram' | 'stream' | undefined;
  /** Share of messages that arrive twice. */
  readonly duplicate?: number | undefined;
  /** Share of messages held back, so that later ones overtake them. */
  readonly reorder?: number | undefined;
  /** The longest that such a message is held back; 50 ms by default. */
  readonly reorderUs?: number | undefined;
}

/** The network of a run. */
export interface NetworkOptions extends Disturbance {
  /** Replaces `delayUs` of the simulation. */
  readonly delay?: DelayOptions | undefined;
  /** The most that is added to each message by chance, uniformly. */
  readonly jitterUs?: number | undefined;
  /** Every validator sends one message after the other at this rate; unlimited by default. */
  readonly uplinkBitsPerSecond?: number | undefined;
}

/** One thing wrong, in the words of the simulation's options. */
interface Problem {
  readonly path: string;
  readonly found: unknown;
  readonly expected: string;
}

/** The latency model that the options describe, drawing from streams of `random`. */
export function latencyOf(options: NetworkOptions, delayUs: number, random: Random): LatencyModel {
  const plain = plainLatency(options.delay ?? { kind: 'fixed', us: delayUs }, random.fork('latency'));
  const { jitterUs = 0 } = options;
  return jitterUs > 0 ? jittered(plain, jitterUs, random.fork('jitter')) : plain;
}

function plainLatency(delay: DelayOptions, random: Random): LatencyModel {
  switch (delay.kind) {
    case 'fixed':
      return fixedDelay(delay.us);
    case 'normal':
      return normalDelay(delay.meanUs, delay.deviationUs, random);
    case 'exponential':
      return exponentialDelay(delay.floorUs, delay.meanUs, random);
    case 'aws':
      return awsLatency();
  }
}

/** What is wrong with a disturbance. */
export function disturbanceProblems(about: Disturbance): Problem[] {
  const problems: Problem[] = [];
  for (const name of ['loss', 'duplicate', 'reorder'] as const) {
    const found = about[name];
    if (found !== undefined && !(found >= 0 && found <= 1))
      problems.push({ path: name, found, expected: 'a ratio from 0 to 1' });
  }
  const { transport, reorderUs } = about;
  if (transport !== undefined && transport !== 'datagram' && transport !== 'stream')
    problems.push({ path: 'transport', found: transport, expected: 'datagram or stream' });
  // Sent again for ever is never sent.
  if (transport === 'stream' && (about.loss ?? 0) > 0.9)
    problems.push({ path: 'loss', found: about.loss, expected: 'at most 0.9 with the transport stream' });
  return [...problems, ...whole('reorderUs', reorderUs, 1)];
}

/** What is wrong with the network's options. */
export function networkProblems(options: NetworkOptions): Problem[] {
  const problems = [...disturbanceProblems(options), ...whole('jitterUs', options.jitterUs, 0)];
  const { delay, uplinkBitsPerSecond: rate } = options;
  if (rate !== undefined && !(rate >= 1 && Number.isFinite(rate)))
    problems.push({ path: 'uplinkBitsPerSecond', found: rate, expected: 'at least 1' });
  return delay === undefined ? problems : [...problems, ...delayProblems(delay)];
}

function delayProblems(delay: DelayOptions): Problem[] {
  switch (delay.kind) {
    case 'fixed':
      return whole('delay.us', delay.us, 1);
    case 'normal':
      return [...whole('delay.meanUs', delay.meanUs, 1), ...whole('delay.deviationUs', delay.deviationUs, 0)];
    case 'exponential':
      return [...whole('delay.floorUs', delay.floorUs, 0), ...whole('delay.meanUs', delay.meanUs, 1)];
    case 'aws':
      return [];
    default:
      return [{ path: 'delay.kind', found: delay, expected: 'a kind: fixed, normal, exponential or aws' }];
  }
}

function whole(path: string, found: number | undefined, least: number): Problem[] {
  if (found === undefined || (Number.isSafeInteger(found) && found >= least)) return [];
  return [{ path, found, expected: `an integer of microseconds, at least ${least}` }];
}
