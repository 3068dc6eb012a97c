/**
 * A fault as scenario files and `--fault` state it. Who suffers may be drawn by the seed; what is out of range is
 * found when the fault is made, in the simulator's own words.
 */
import { z } from 'zod';
import { behaviourNames } from '../faults/behaviour.js';
import { drawnDuration, duration, pick, signedDuration } from './words.js';

const ratio = z.number('expected a ratio from 0 to 1').min(0).max(1);
const factor = z.number('expected a number of at least 1').min(1).max(10_000);

const timed = {
  at: drawnDuration.optional().describe('when it begins, from the start of the run; 0 by default'),
  for: drawnDuration.optional().describe('heals by itself after this long; by default it lasts'),
  every: duration.optional().describe('begins again after this long, with the next of its validators'),
  repeat: z.int().min(1).max(10_000).optional().describe('how often it begins; needs `every`'),
};

const ofOne = {
  validator: pick.optional().describe('who suffers; several suffer alike, or in turn with `every`'),
  validators: pick.optional().describe('the same as `validator`'),
};

const senders = { validators: pick.optional().describe('whose messages; all by default') };

/** Every kind of fault. */
export const faultSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('crash'), ...ofOne, ...timed }).describe('the process stops'),
    z
      .strictObject({ kind: z.literal('amnesia'), ...ofOne, ...timed })
      .describe('a crash that loses the safety record'),
    z
      .strictObject({ kind: z.literal('slow'), ...ofOne, delay: duration, ...timed })
      .describe('all that it sends takes longer'),
    z
      .strictObject({ kind: z.literal('stall'), ...ofOne, delay: duration, ...timed })
      .describe('every sync of its disk takes longer'),
    z
      .strictObject({ kind: z.literal('starve'), ...ofOne, factor, ...timed })
      .describe('its processor takes that many times as long'),
    z
      .strictObject({ kind: z.literal('leak'), ...ofOne, bytes_per_second: z.number(), ...timed })
      .describe('its process grows'),
    z
      .strictObject({
        kind: z.literal('clock'),
        ...ofOne,
        offset: signedDuration,
        drift_ppm: z.number().optional(),
        ...timed,
      })
      .describe('its wall clock is wrong'),
    z
      .strictObject({
        kind: z.literal('byzantine'),
        ...ofOne,
        behaviour: z.enum(behaviourNames, { error: `expected one of ${behaviourNames.join(', ')}` }),
        ...timed,
      })
      .describe('it deviates from the protocol'),
    z
      .strictObject({ kind: z.literal('partition'), groups: z.array(pick).min(1), ...timed })
      .describe('groups do not reach each other; whoever is in none is a group'),
    z
      .strictObject({ kind: z.literal('one_way_partition'), from: pick, to: pick, ...timed })
      .describe('what `from` send does not reach `to`'),
    z
      .strictObject({
        kind: z.literal('loss'),
        ratio,
        transport: z.enum(['datagram', 'stream']).optional(),
        ...senders,
        ...timed,
      })
      .describe('messages are lost, or with `stream` sent again and late'),
    z
      .strictObject({ kind: z.literal('duplicate'), ratio, ...senders, ...timed })
      .describe('messages arrive twice'),
    z
      .strictObject({ kind: z.literal('reorder'), ratio, delay: duration.optional(), ...senders, ...timed })
      .describe('messages are held back, so that later ones overtake them'),
    z
      .strictObject({ kind: z.literal('twins'), validators: pick, apart: pick, ...timed })
      .describe('each runs twice, one process with those apart'),
    z
      .strictObject({ kind: z.literal('flash_crowd'), factor, ...timed })
      .describe('clients submit that many times as much'),
    z
      .strictObject({ kind: z.literal('heal'), validator: pick.optional(), at: drawnDuration.optional() })
      .describe('ends what a validator suffers from; without one, what no single one does'),
  ],
  { error: 'expected a fault with a kind, such as {kind: crash, validator: v2, at: 5s, for: 10s}' },
);

/** A fault as it is stated. */
export type StatedFault = z.output<typeof faultSchema>;
