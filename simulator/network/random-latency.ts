/**
 * Latency models with chance. Each draws from the stream that it is given and from nothing else, one or
 * two numbers a message, so that the same seed gives the same delays. Draws have 32 bits: every
 * distribution here is bounded, and `maxDelayUs` is its true bound.
 */
import type { Random } from '../../src/base/random.js';
import type { LatencyModel } from './latency.js';

/** -ln of the smallest number that can be drawn. */
const LARGEST_EXPONENTIAL = Math.log(2 ** 32);

/** Normal delays around `meanUs`, never below 1 microsecond. */
export function normalDelay(meanUs: number, deviationUs: number, random: Random): LatencyModel {
  const typical = Math.max(1, Math.round(meanUs));
  return {
    maxDelayUs: Math.ceil(meanUs + deviationUs * Math.sqrt(2 * LARGEST_EXPONENTIAL)),
    // Box and Muller; the second number of the pair is not used, so that a draw keeps no state.
    delayUs: () => {
      const radius = Math.sqrt(-2 * Math.log(1 - random.float()));
      const draw = radius * Math.cos(2 * Math.PI * random.float());
      return Math.max(1, Math.round(meanUs + deviationUs * draw));
    },
    typicalUs: () => typical,
  };
}

/** A floor, the propagation time, and an exponential share above it with the mean `meanUs`. */
export function exponentialDelay(floorUs: number, meanUs: number, random: Random): LatencyModel {
  return {
    maxDelayUs: Math.ceil(floorUs + meanUs * LARGEST_EXPONENTIAL),
    delayUs: () => Math.max(1, Math.round(floorUs - meanUs * Math.log(1 - random.float()))),
    typicalUs: () => Math.round(floorUs + meanUs * Math.LN2),
  };
}

/** Adds to every message of every link a uniform whole number of microseconds from 0 to `jitterUs`. */
export function jittered(model: LatencyModel, jitterUs: number, random: Random): LatencyModel {
  return {
    maxDelayUs: model.maxDelayUs + jitterUs,
    delayUs: (from, to) => model.delayUs(from, to) + random.int(jitterUs + 1),
    typicalUs: (from, to) => model.typicalUs(from, to) + Math.round(jitterUs / 2),
  };
}
