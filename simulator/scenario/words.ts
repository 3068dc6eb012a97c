/**
 * The words that scenario files use for values: durations, spans to draw from, validators. Each says what it expects
 * when it finds something else. Pure.
 */
import { z } from 'zod';
import { parseDuration } from '../../src/base/duration.js';

/** A duration as microseconds: `500ms`, `5s`, `1m30s`, `0`. */
export const duration = z
  .union([z.string(), z.literal(0)], { error: 'expected a duration such as 500ms, 5s or 1m30s' })
  .transform((text, context) => {
    const us = parseDuration(String(text));
    if (us !== undefined) return us;
    context.addIssue({ code: 'custom', message: 'expected a duration such as 500ms, 5s or 1m30s' });
    return z.NEVER;
  })
  .meta({ reads: 'a duration' });

/** A duration that may be below 0: `-2s`. */
export const signedDuration = z
  .union([z.string(), z.literal(0)], { error: 'expected a duration such as 2s or -2s' })
  .transform((text, context) => {
    const words = String(text);
    const us = parseDuration(words.replace(/^-/, ''));
    if (us !== undefined) return words.startsWith('-') ? -us : us;
    context.addIssue({ code: 'custom', message: 'expected a duration such as 2s or -2s' });
    return z.NEVER;
  })
  .meta({ reads: 'a duration, also below 0' });

/** A span that the seed draws from. */
export interface Range {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A duration, or two between which the seed draws: `5s..8s`. */
export const drawnDuration = z
  .union([z.string(), z.literal(0)], { error: 'expected a duration, or two such as 5s..8s' })
  .transform((text, context): Range => {
    const [from, to = from, ...rest] = String(text).split('..');
    const fromUs = parseDuration(from ?? '');
    const toUs = parseDuration(to ?? '');
    if (fromUs !== undefined && toUs !== undefined && toUs >= fromUs && rest.length === 0)
      return { fromUs, toUs };
    context.addIssue({ code: 'custom', message: 'expected a duration, or two such as 5s..8s' });
    return z.NEVER;
  })
  .meta({ reads: 'a duration, or two such as `5s..8s` between which the seed draws' });

const NAMED = /^(?:v|validator-|node-)(\d+)$/;
const REFERENCE = /^\$[a-z][a-z0-9_]*$/;
const EXPECTED_PICK =
  'expected v2, a position, any, all, $name of who, a list of these, or one of {any: 2}, {any_of: [v1, v3]}, {adjacent: 2}, {spread: 2}, {leader_at: 5s}, {bystander_at: 5s}, {others: $name}';

/** One validator by name or position. */
const one = z.union([
  z.int().min(0),
  z
    .string()
    .regex(NAMED)
    .transform((name) => Number(NAMED.exec(name)?.[1])),
  z.string().regex(REFERENCE),
  z.literal('any'),
  z.literal('all'),
]);

const amount = z.int().min(1);

/** Validators: named, or drawn by the seed. */
export const pick = z
  .union(
    [
      one,
      z.array(one).min(1),
      z.strictObject({ any: amount }),
      z.strictObject({ any_of: z.array(one).min(1) }),
      z.strictObject({ adjacent: amount }),
      z.strictObject({ spread: amount }),
      z.strictObject({ leader_at: duration }),
      z.strictObject({ bystander_at: duration, count: amount.optional() }),
      z.strictObject({ others: one }),
    ],
    { error: EXPECTED_PICK },
  )
  .meta({ reads: 'validators' });

/** Validators as a scenario states them. */
export type Pick = z.output<typeof pick>;
