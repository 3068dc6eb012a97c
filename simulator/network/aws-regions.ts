/**
 * Eight regions of a public cloud with measured round-trip times (research 4, table S17), for networks
 * that look like the world. Validators are assigned to regions round robin; two of one region are
 * its inner round trip apart. The table is not symmetric, as measurements are not.
 */
import { delayTable, type LatencyModel } from './latency.js';

/** The regions, in the order of the table. */
export const awsRegions = [
  'us-east-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-1',
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-south-1',
  'sa-east-1',
] as const;

/** Round-trip times in milliseconds, from the region of the row to the region of the column. */
const ROUND_TRIP_MS: readonly (readonly number[])[] = [
  [5, 73, 70, 93, 157, 228, 190, 119],
  [72, 3, 124, 144, 101, 177, 233, 179],
  [69, 123, 3, 27, 204, 182, 125, 182],
  [91, 143, 26, 3, 232, 164, 118, 206],
  [155, 101, 203, 233, 4, 79, 135, 259],
  [226, 176, 181, 164, 78, 2, 60, 334],
  [189, 232, 125, 120, 135, 60, 3, 304],
  [117, 178, 181, 205, 259, 334, 303, 4],
];

/** Half a round trip between the regions of the two validators. */
export function awsLatency(): LatencyModel {
  const regions = delayTable(ROUND_TRIP_MS.map((row) => row.map((ms) => ms * 500)));
  const size = awsRegions.length;
  return {
    maxDelayUs: regions.maxDelayUs,
    delayUs: (from, to) => regions.delayUs(from % size, to % size),
    typicalUs: (from, to) => regions.typicalUs(from % size, to % size),
  };
}
