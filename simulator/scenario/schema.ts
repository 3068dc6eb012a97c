/**
 * What a scenario file holds. docs/SCENARIOS.md is made from it. It says what happens and what must, and must not, be
 * concluded from it; the seed says to whom and exactly when.
 */
import { z } from 'zod';
import type { TransactionTrace } from '../workload/transaction-trace.js';
import { evictionNames } from '../workload/mempool.js';
import { causes } from './cause-names.js';
import { faultSchema } from './fault-schema.js';
import { metricExpectation } from './metric-expectation.js';
import { drawnDuration, duration, pick } from './words.js';

const EXPECTED_BURSTS = 'expected {on: 200ms, off: 800ms}, with quiet: 0.1 if some come while off';

const count = z.int('expected a whole number').min(1, 'expected a whole number of at least 1');
const ratio = z.number('expected a ratio from 0 to 1').min(0).max(1);
const named = z.string().regex(/^[a-z][a-z0-9_]*$/, 'expected a name in lower case');

const delay = z
  .union(
    [
      duration,
      z.literal('aws'),
      z.strictObject({ normal: z.strictObject({ mean: duration, deviation: duration }) }),
      z.strictObject({ exponential: z.strictObject({ floor: duration, mean: duration }) }),
    ],
    {
      error:
        'expected a duration, aws, {normal: {mean: 20ms, deviation: 2ms}} or {exponential: {floor: 10ms, mean: 5ms}}',
    },
  )
  .meta({ reads: 'a duration, `aws`, `{normal: {mean, deviation}}` or `{exponential: {floor, mean}}`' });

const network = z.strictObject({
  delay: delay.optional().describe('one way, on every link; 20ms by default. `aws`: eight regions'),
  jitter: duration.optional().describe('at most so much more for each message, uniformly'),
  uplink_bits_per_second: z
    .number()
    .min(1)
    .optional()
    .describe('what a validator sends at most; unlimited by default'),
  loss: ratio.optional().describe('share of messages lost, all through the run'),
  transport: z.enum(['datagram', 'stream']).optional().describe('`stream`: what is lost comes late instead'),
  duplicate: ratio.optional().describe('share of messages that arrive twice'),
  reorder: ratio.optional().describe('share of messages held back'),
  reorder_by: duration.optional().describe('for how long at most; 50ms by default'),
});

const timers = z.strictObject({
  view: duration.optional().describe('the first view timer; 500ms by default'),
  leader_wait: duration.optional().describe('how long a leader collects locks; two delays by default'),
  backoff: z.number().min(1).max(10).optional().describe('growth with each failed view; 1.5 by default'),
  max: duration.optional().describe('the longest view timer; 8 times the first by default'),
});

const bursts = z
  .strictObject({ on: duration, off: duration, quiet: ratio.optional() }, { error: EXPECTED_BURSTS })
  .meta({ reads: '`{on: 200ms, off: 800ms, quiet: 0.1}`' });

const workload = z.strictObject({
  transactions_per_second: z.number().optional().describe('on average; needed unless there is a trace'),
  bursts: bursts
    .optional()
    .describe(
      'they come while on, each phase exponentially long, and `quiet` times the average rate while off',
    ),
  trace: z
    .string()
    .min(1)
    .optional()
    .describe('a file to take them from, beside the scenario; none come after its last'),
  block_transactions: count.optional().describe('at most so many in a block; 1000 by default'),
  mempool_capacity: count
    .optional()
    .describe('transactions that a validator keeps waiting; 10000 by default'),
  mempool_bytes: count.optional().describe('bytes of them; unlimited by default'),
  mempool_per_sender: count.optional().describe('of one sender; unlimited by default'),
  mempool_eviction: z
    .enum(evictionNames)
    .optional()
    .describe(
      'what a full one does: refuse the newcomer (default), throw out who pays least for one that pays more, or the oldest',
    ),
  mempool_expiry: duration.optional().describe('who has waited so long is thrown out; never by default'),
});

const negativeControls = z
  .strictObject({
    no_leader_wait: z.boolean().optional().describe('leaders propose at once, whatever others have locked'),
    late_vote2: z.boolean().optional().describe('basic form: second votes also for a view that is over'),
    amnesia: z.boolean().optional().describe('restarted validators have lost their safety record'),
    quorum_power: count.optional().describe('what validators believe a certificate needs'),
  })
  .describe('deliberate defects, which show that the checkers can fail');

const sidecarFault = z.discriminatedUnion(
  'kind',
  [
    z
      .strictObject({
        kind: z.literal('event_loss'),
        nodes: pick.optional(),
        ratio,
        at: drawnDuration.optional(),
        for: drawnDuration.optional(),
      })
      .describe('that share of event lines never reaches the sidecar; their numbers are missing'),
    z
      .strictObject({
        kind: z.literal('event_gap'),
        nodes: pick.optional(),
        at: drawnDuration,
        for: drawnDuration,
      })
      .describe('no event line reaches the sidecar for a while'),
    z.strictObject({ kind: z.literal('restart'), at: drawnDuration }).describe('the sidecar itself restarts'),
  ],
  { error: 'expected event_loss, event_gap or restart' },
);

const vantage = z
  .enum(['all', 'any'])
  .optional()
  .describe('`all` (default): sidecars at all nodes together; `any`: each alone');
const culprits = pick
  .optional()
  .describe('who is named by all such conclusions together, neither more nor less; whoever by default');

const expectation = z
  .union(
    [
      z.strictObject({ cause: z.enum([...causes, '*']), culprits, vantage }),
      z.strictObject({ finding: z.string().regex(/^(?:[a-z_]+\/(?:\*|[a-z0-9_]+)|\*)$/), culprits, vantage }),
      z.strictObject({ alert: z.string().regex(/^[A-Z]\w*\*?$|^\*$/), culprits, vantage }),
    ],
    {
      error: `expected {cause: ...}, {finding: room/name} or {alert: Name}, with culprits and vantage (all, any); causes are ${causes.join(', ')}`,
    },
  )
  .meta({
    reads:
      '`{cause}`, `{finding: room/name}` or `{alert: Name}`, with `culprits` and `vantage`; `*` ends a name',
  });

/** A scenario file. */
export const scenarioSchema = z.strictObject({
  name: z
    .string()
    .regex(/^\d\d[a-z]?-[a-z0-9-]+$/, 'expected the file name without .yaml, such as 01-leader-crash'),
  title: z.string().min(1),
  row: z.int().min(1).max(28).optional().describe('of the table of observer scenarios that it is about'),
  description: z.string().min(1),
  validators: z
    .int('expected a whole number from 2 to 10000')
    .min(2)
    .max(10_000)
    .optional()
    .describe('how many; 4 by default'),
  powers: z.array(count).optional().describe('voting power by position; 1 each by default'),
  epochs: z
    .strictObject({
      blocks: count.describe('of an epoch'),
      sets: z
        .array(z.array(z.int('expected a whole number').min(0)))
        .min(1)
        .describe('voting power by position, for each epoch; 0 is not of the set'),
      repeat: z.boolean().optional().describe('after the last set the first again'),
    })
    .optional()
    .describe('the validator set changes; without it, it never does'),
  protocol: z.enum(['chained', 'basic', 'hotstuff3']).optional(),
  vote2_to: z.enum(['next_leader', 'leader']).optional(),
  pacemaker: z.enum(['timeout', 'epoch']).optional(),
  rotation: z.enum(['round_robin', 'weighted', 'hashed', 'reputation']).optional(),
  machines: z.enum(['ideal', 'modelled']).optional().describe('`modelled`: signatures and disks take time'),
  network: network.optional(),
  timers: timers.optional(),
  workload: workload.optional(),
  duration: duration.optional().describe('virtual time to run for'),
  views: count.optional().describe('ends the run after so many views'),
  negative_controls: negativeControls.optional(),
  breaks: z
    .array(z.string().regex(/^[SL]\d+$/, 'expected a rule such as S1'))
    .optional()
    .describe(
      'rules that the checkers see broken: the first must be, the others may; all the rest must hold',
    ),
  shift: drawnDuration
    .optional()
    .describe('every time below is so much later; drawn once, so that leaders at a time stay what they are'),
  who: z.record(named, pick).optional().describe('names for validators, as `$name` in the rest of the file'),
  faults: z.array(faultSchema).optional(),
  sidecar: z
    .array(sidecarFault)
    .optional()
    .describe('what happens to the events on their way, or to the sidecar'),
  expect: z.strictObject({
    required: z.array(expectation).optional().describe('must be concluded'),
    forbidden: z.array(expectation).optional().describe('must not be concluded'),
    metrics: z
      .array(metricExpectation)
      .optional()
      .describe('conditions that must hold at some second of the run, or at none'),
  }),
});

/** A scenario as its file states it, with what its files hold. */
export type Scenario = z.output<typeof scenarioSchema> & { readonly trace?: TransactionTrace | undefined };

/** What must or must not be concluded, as it is stated. */
export type StatedExpectation = z.output<typeof expectation>;

/** What happens to events or sidecar, as it is stated. */
export type StatedSidecarFault = z.output<typeof sidecarFault>;
