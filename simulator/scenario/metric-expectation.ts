/**
 * What the metrics of a sidecar that hears all nodes must, or must never, show while a scenario runs: a PromQL condition
 * as an alert has it. Whoever runs the sidecar evaluates it, once a second of virtual time; nothing here does.
 */
import { z } from 'zod';
import { pick } from './words.js';

const condition = z
  .string()
  .min(1)
  .describe('PromQL that gives something where it holds, as the expression of an alert does');

/** One condition. */
export const metricExpectation = z
  .union(
    [z.strictObject({ holds: condition, culprits: pick.optional() }), z.strictObject({ never: condition })],
    { error: 'expected {holds: PROMQL}, with culprits if it names validators, or {never: PROMQL}' },
  )
  .meta({
    reads: '`{holds: PROMQL}`, with `culprits` if it names validators, or `{never: PROMQL}`',
  });

/** One condition, as it is stated. */
export type StatedMetricExpectation = z.output<typeof metricExpectation>;

/** One condition with the validators that it is about. */
export type ResolvedMetricExpectation =
  | {
      readonly kind: 'holds';
      readonly query: string;
      /** Validator ids that all answers together must name, by `validator` or `node_id`; undefined: whoever. */
      readonly culprits: readonly string[] | undefined;
    }
  | { readonly kind: 'never'; readonly query: string };
