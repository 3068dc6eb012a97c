/**
 * The events that patterns can name: all of the stream's vocabulary, and what the sidecar itself states: findings, first
 * verdicts on views, nodes that attach and go. Tables only.
 */
import * as f from '../../events/schema.js';
import { domainNames, schemas } from '../../events/vocabulary.js';

/** An event that a pattern can name. */
export interface FactSchema {
  readonly type: string;
  /** Undefined for what the sidecar states itself. */
  readonly domain: string | undefined;
  /** Whether one node states it; the others are of a chain. */
  readonly hasNode: boolean;
  readonly fields: f.Fields;
}

/** Types of what the sidecar states itself. */
export const ownFacts = {
  finding: 'quorumscope.finding',
  verdict: 'quorumscope.verdict',
  attached: 'quorumscope.attached',
  detached: 'quorumscope.detached',
} as const;

const own: readonly FactSchema[] = [
  {
    type: ownFacts.finding,
    domain: undefined,
    hasNode: false,
    fields: {
      class: f.oneOf('Its class.', ['safety', 'byzantine', 'divergence']),
      kind: f.id('Its kind, as the metrics have it.'),
      validator: f.optional(f.id('Who did it; a finding about several counts once for each.')),
      view: f.optional(f.uint('The view concerned.')),
      height: f.optional(f.uint('The height concerned.')),
      source: f.oneOf('Whose word it is.', ['inferred', 'reported']),
    },
  },
  {
    type: ownFacts.verdict,
    domain: undefined,
    hasNode: false,
    fields: {
      view: f.uint('The view.'),
      outcome: f.oneOf('What became of it.', ['decided', 'lagged', 'failed', 'skipped']),
      cause: f.optional(f.id('Why it failed or lagged.')),
      scope: f.oneOf('Where the cause lies.', ['self', 'peer', 'network', 'unknown']),
      leader: f.optional(f.id('Its leader.')),
      culprit: f.optional(f.id('Who is to blame; a verdict that blames several counts once for each.')),
      own: f.optional(f.bool('Whether who is to blame is the validator of a node that is or was attached.')),
    },
  },
  {
    type: ownFacts.attached,
    domain: undefined,
    hasNode: true,
    fields: {
      run: f.id('The run of the process.'),
      new_run: f.bool('Whether this run has not been seen before it.'),
    },
  },
  { type: ownFacts.detached, domain: undefined, hasNode: true, fields: {} },
];

/** Every event that a pattern can name, by type. */
export const factSchemas: ReadonlyMap<string, FactSchema> = new Map(
  [
    ...schemas
      .filter(({ domain }) => (domainNames as readonly string[]).includes(domain))
      .map(({ type, domain, fields }) => ({ type, domain, hasNode: true, fields })),
    ...own,
  ].map((schema) => [schema.type, schema]),
);

/** Labels that are not fields: whose event it is. */
export const CHAIN = 'chain_id';
export const NODE = 'node_id';

/** Fields that hold a validator's id; a label shows the name that the metrics show. */
export const VALIDATOR_FIELDS: ReadonlySet<string> = new Set([
  'collector',
  'culprit',
  'leader',
  'proposer',
  'to',
  'validator',
]);
