/**
 * The envelope that every event travels in, and the two statements a stream makes about itself:
 * `hello` opens it, `source.dropped` admits loss.
 */
import * as f from './schema.js';
import { domain, event } from './schema.js';

/** Version of the wire protocol (docs/PROTOCOL.md). */
export const PROTOCOL_VERSION = 1;

/** A longer line is counted as `oversize` and skipped. */
export const MAX_LINE_BYTES = 1024 * 1024;

/** The envelope's fields in canonical order, after `v` and `type`. */
export const envelopeFields = {
  node: f.optional(f.id('The node that states the fact. May be omitted after `hello`.')),
  ts_us: f.uint('Wall clock of the node, microseconds since the Unix epoch.'),
  mono_us: f.optional(f.number('Monotonic clock of the node, microseconds; durations use it when present.')),
  seq: f.uint('Counts the events of this node, run and domain, assigned before the node drops any.'),
  weight: f.optional(f.weight('How many events this one stands for, when the source samples.')),
} as const;

/** The envelope of a decoded event: `node` has been filled in from `hello` where the line omitted it. */
export interface Envelope {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
  readonly mono_us?: number | undefined;
  readonly seq: number;
  readonly weight?: number | undefined;
}

/** The consensus variants whose rules we know; others say `other` and keep to what is general. */
export const protocolVariants = [
  'hotstuff2-basic',
  'hotstuff2-chained',
  'hotstuff3-chained',
  'jolteon',
  'monadbft',
  'other',
] as const;

/** Opens a stream. Carries no `seq`; may be repeated when something in it changes. */
export const hello = {
  ...event({
    doc: 'Opens a stream: who speaks, of which chain, since when, and what it will count from.',
    priority: 'vital',
    fields: {
      chain: f.id('Name of the chain; becomes the label `chain_id`.'),
      run: f.id('Random id of this process start; a new one resets all counting.'),
      protocol: f.optional(
        f.oneOf('The consensus variant; decides which invariants apply.', protocolVariants),
      ),
      next_seq: f.optional(
        f.sequences('Per domain the `seq` of the next event; a domain not named starts at 0.'),
      ),
      epoch: f.optional(f.uint('The epoch that `validators` belongs to.')),
      validators: f.optional(f.validators('The validator set with voting power and optional names.')),
      validator: f.optional(f.id('The id under which this node itself votes, where it is a validator.')),
      view_timeout_us: f.optional(f.duration('The base view timer.')),
      software: f.optional(f.text('Name and version of the node software.')),
      ts_resolution_us: f.optional(
        f.duration('How coarse the clock behind `ts_us` is, where finer digits only keep the order.'),
      ),
    },
  }),
  type: 'hello',
  domain: 'stream',
  hook: 'hello',
} as const satisfies f.EventSchema;

/** What a stream says about itself between events. Its `seq` is not counted for gaps. */
export const source = domain('source', {
  dropped: event({
    doc: 'The source dropped events of a domain before writing them; their `seq` will be missing.',
    priority: 'vital',
    fields: {
      domain: f.id('The domain whose events were dropped.'),
      count: f.uint('How many since the last such statement.'),
      reason: f.optional(f.text('Why, in the words of the source.')),
    },
  }),
});
