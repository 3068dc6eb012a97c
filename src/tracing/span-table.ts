/**
 * Every span and every attribute there is, with what it means: the types of the code and docs/TRACES.md are both read
 * from here. Names have no digits and no values in them, so that they group.
 */

/** What a span is, for the docs. */
interface SpanRow {
  /** Whose sidecar tells it. */
  readonly by: string;
  readonly parent: string;
  readonly start: string;
  readonly end: string;
  readonly doc: string;
}

const OWN = "the node's `view` or `replica`";

export const spans = {
  view: {
    by: "the leader's",
    parent: 'none: the root',
    start: 'the leader enters the view',
    end: 'the leader leaves it',
    doc: 'The view through the eyes of its leader.',
  },
  replica: {
    by: "every other node's",
    parent: '`view` of the leader',
    start: 'the node enters the view',
    end: 'the node leaves it',
    doc: "The view through the eyes of a node that does not lead it. Without the leader's sidecar its parent is missing.",
  },
  leader_wait: {
    by: "the leader's",
    parent: '`view`',
    start: 'the leader enters the view',
    end: 'it is free to propose',
    doc: 'How long the leader waited for the locks of the others.',
  },
  proposal: {
    by: 'every',
    parent: OWN,
    start:
      'the leader is free to propose; another node enters the view, or has the proposal if that is earlier',
    end: 'the proposal is sent; another node has accepted it',
    doc: 'Making the proposal, or waiting for it. A second block proposed in the same view has a second span.',
  },
  proposal_build: {
    by: "the leader's",
    parent: '`proposal`',
    start: 'building begins',
    end: 'the proposal is sent',
    doc: 'Building the block.',
  },
  proposal_broadcast: {
    by: 'every other',
    parent: '`proposal`',
    start: "the block's own timestamp, by the leader's clock",
    end: "the proposal is accepted, by this node's clock",
    doc: "The block's way to this node, building included. Clocks that disagree are in it; absent when it would be negative.",
  },
  proposal_receive: {
    by: 'every other',
    parent: '`proposal`',
    start: 'the message is taken up',
    end: 'the proposal is accepted',
    doc: 'Checking the proposal.',
  },
  first_vote: {
    by: 'every',
    parent: OWN,
    start: 'the proposal is sent or accepted',
    end: 'the vote is sent',
    doc: 'Phase 1: from the proposal to the own vote.',
  },
  qc: {
    by: 'every',
    parent: OWN,
    start: 'where it is formed: the first vote arrives; elsewhere: the own first vote is sent',
    end: 'the quorum certificate is complete, or has arrived',
    doc: 'Collecting the votes into the certificate, or waiting for it. Where it was formed here it links to the vote that closed it.',
  },
  second_vote: {
    by: 'every',
    parent: OWN,
    start: 'the quorum certificate is there',
    end: 'the second vote is sent',
    doc: 'Phase 2, in protocols that have one in the same view: from the certificate to the own second vote.',
  },
  dc: {
    by: 'every',
    parent: OWN,
    start: 'where it is formed: the first second vote arrives; elsewhere: the own second vote is sent',
    end: 'the double certificate is complete, or has arrived',
    doc: 'Collecting the second votes, or waiting for their certificate.',
  },
  third_vote: {
    by: 'every',
    parent: OWN,
    start: 'the double certificate is there',
    end: 'the third vote is sent',
    doc: 'Phase 3, in the three-phase protocol.',
  },
  third_certificate: {
    by: 'every',
    parent: OWN,
    start: 'where it is formed: the first third vote arrives; elsewhere: the own third vote is sent',
    end: 'the certificate is complete, or has arrived',
    doc: 'Collecting the third votes, or waiting for their certificate.',
  },
  commit: {
    by: 'every',
    parent: OWN,
    start: "the last certificate of the view's block is there; without one, the proposal",
    end: 'the block is final here',
    doc: 'From certified to final. It may end long after the view: the chained form commits by later views.',
  },
  view_change: {
    by: 'every node that gave up',
    parent: OWN,
    start: "the view's timer expires; without one, the wish to leave is sent",
    end: 'the node enters the next view; while it has not, the last that is known',
    doc: 'Giving the view up. Links to the same node in the next view, whose span links back.',
  },
  block: {
    by: 'every',
    parent: OWN,
    start: 'the proposal is sent or accepted',
    end: 'the block is final here; where the node says so, executed and durable',
    doc: "The way of the view's block at this node, to the last that was known when it was sent.",
  },
  execution: {
    by: 'every that executes',
    parent: '`block`',
    start: 'executing the block begins',
    end: 'it is executed',
    doc: 'From `execution.block_executed`: its duration, before it was stated; before the results were made durable where the node states it only then (`state.transition_applied` of the same height says how long both took).',
  },
  persistence: {
    by: 'every that executes',
    parent: '`block`',
    start: 'the block is executed; where applying its changes is stated to begin later, then',
    end: 'its changes are applied and the last result of a transaction is durable',
    doc: "Keeping the block's results, from `state.transition_applied` and `execution.result_persisted`.",
  },
  transaction: {
    by: 'every that had admitted it',
    parent: "none: a root of the transaction's own trace",
    start: "the client submits it, by the client's clock; without that, it is admitted",
    end: 'its result is durable here; without that, it is final here',
    doc: 'A sampled transaction. Links to the `view` or `replica` of the view whose block holds it.',
  },
  transaction_submission: {
    by: 'every that had admitted it',
    parent: '`transaction`',
    start: "the client submits it, by the client's clock",
    end: 'it is admitted here',
    doc: 'On its way into the pool. Absent when the clocks make it negative.',
  },
  transaction_pool: {
    by: 'every that had admitted it',
    parent: '`transaction`',
    start: 'it is admitted here',
    end: "its block's proposal is sent or accepted here; where that is not known, it is final here",
    doc: 'Waiting in the pool. Absent where the proposal came first.',
  },
  transaction_consensus: {
    by: 'every that had admitted it',
    parent: '`transaction`',
    start: "its block's proposal is sent or accepted here",
    end: 'it is final here',
    doc: "Its block's way to its commit. Links to the view as `transaction` does.",
  },
  transaction_execution: {
    by: 'every that had admitted it',
    parent: '`transaction`',
    start: 'it is final here',
    end: 'its result is durable here',
    doc: 'Executing its block and keeping the result.',
  },
} as const satisfies Record<string, SpanRow>;

/** Name of a span. */
export type SpanName = keyof typeof spans;

/** What an attribute is, for the docs. */
interface AttributeRow {
  readonly type: 'string' | 'number' | 'boolean' | 'string[]';
  /** Names of the spans that have it. */
  readonly on: readonly SpanName[] | 'every span of a view';
  readonly doc: string;
}

const NODE = ['view', 'replica'] as const;
const CERTIFICATE = ['qc', 'dc', 'third_certificate'] as const;
const VOTE = ['first_vote', 'second_vote', 'third_vote'] as const;
const PROPOSAL = ['proposal'] as const;

export const attributes = {
  'hotstuff.view': {
    type: 'number',
    on: 'every span of a view',
    doc: 'The view; on `transaction` the one whose block holds it.',
  },
  'hotstuff.epoch': { type: 'number', on: NODE, doc: 'Its epoch, in protocols that have them.' },
  'hotstuff.leader': { type: 'string', on: NODE, doc: 'The validator that leads it.' },
  'hotstuff.collector': { type: 'string', on: NODE, doc: 'The validator that collects its votes.' },
  'hotstuff.kept_because': {
    type: 'string',
    on: NODE,
    doc: 'Why the view is traced: `evidence` (a finding is about it), `failed` (a timer expired or no certificate carried the chain on), `slow` (longer than the moving quantile), `after_failed` (entered by giving up the one before), `sampled` (its trace id is within the share).',
  },
  'hotstuff.trigger': {
    type: 'string',
    on: NODE,
    doc: 'What let the node enter: `qc`, `dc`, `tc`, `timer`, `sync`, `start`.',
  },
  'hotstuff.left_by': { type: 'string', on: NODE, doc: 'What let it leave.' },
  'hotstuff.jumped': { type: 'number', on: NODE, doc: 'Views passed over on entering, where there are any.' },
  'hotstuff.is_committed': { type: 'boolean', on: NODE, doc: "Whether the view's block became final here." },
  'hotstuff.outcome': {
    type: 'string',
    on: NODE,
    doc: 'What became of it by the verdict: `decided`, `lagged`, `failed`, `skipped`.',
  },
  'hotstuff.cause': {
    type: 'string',
    on: [...NODE, 'view_change'],
    doc: 'Why it failed or lagged: docs/CAUSES.md.',
  },
  'hotstuff.culprits': {
    type: 'string[]',
    on: [...NODE, 'view_change'],
    doc: 'Validators to blame, where they can be told.',
  },
  'hotstuff.scope': {
    type: 'string',
    on: NODE,
    doc: 'Where the cause lies: `self`, `peer`, `network`, `unknown`.',
  },
  'hotstuff.vantage': {
    type: 'string',
    on: NODE,
    doc: 'Through how many validators the verdict saw it, such as `1 of 4`.',
  },
  'hotstuff.incomplete': {
    type: 'string[]',
    on: NODE,
    doc: 'Domains of whose events some were lost while the view was open: what is absent proves nothing.',
  },
  'hotstuff.findings': {
    type: 'string[]',
    on: NODE,
    doc: 'Kinds of the findings about the view that were there when it was sent.',
  },
  'hotstuff.finding_ids': { type: 'string[]', on: NODE, doc: 'Their ids.' },
  'hotstuff.storage_seconds': {
    type: 'number',
    on: NODE,
    doc: 'Longest write or sync while the view was open.',
  },
  'hotstuff.loop_lag_seconds': {
    type: 'number',
    on: NODE,
    doc: "Longest delay of the node's event loop while the view was open.",
  },
  'hotstuff.is_syncing': { type: 'boolean', on: NODE, doc: 'The node was catching up; absent when not.' },
  'hotstuff.wait_path': { type: 'string', on: ['leader_wait'], doc: '`responsive` or `waited`.' },
  'hotstuff.block': {
    type: 'string',
    on: [...PROPOSAL, ...VOTE, ...CERTIFICATE, 'block'],
    doc: 'Hash of the block.',
  },
  'hotstuff.height': {
    type: 'number',
    on: [...PROPOSAL, 'block', 'execution', 'transaction'],
    doc: 'Its height.',
  },
  'hotstuff.justify_view': { type: 'number', on: PROPOSAL, doc: 'View of the certificate that it carries.' },
  'hotstuff.transactions': { type: 'number', on: [...PROPOSAL, 'execution'], doc: 'Transactions in it.' },
  'hotstuff.block_bytes': { type: 'number', on: PROPOSAL, doc: 'Its size.' },
  'hotstuff.vote_to': { type: 'string', on: VOTE, doc: 'The validator that the vote was sent to.' },
  'hotstuff.is_formed_here': { type: 'boolean', on: CERTIFICATE, doc: 'This node collected the votes.' },
  'hotstuff.signer_count': { type: 'number', on: CERTIFICATE, doc: 'How many signed.' },
  'hotstuff.closed_by': { type: 'string', on: CERTIFICATE, doc: 'Whose vote closed the quorum.' },
  'hotstuff.late_votes': {
    type: 'number',
    on: CERTIFICATE,
    doc: 'Votes that arrived after the certificate was complete, until the trace was sent.',
  },
  'hotstuff.by_sync': {
    type: 'boolean',
    on: ['commit'],
    doc: 'It became final while the node was catching up; absent when not.',
  },
  'hotstuff.timer_seconds': { type: 'number', on: [...NODE, 'view_change'], doc: "The view's timer." },
  'hotstuff.consecutive_timeouts': {
    type: 'number',
    on: ['view_change'],
    doc: 'How many views in a row had timed out at this node by then.',
  },
  'hotstuff.missing_validators': {
    type: 'string[]',
    on: ['view_change'],
    doc: 'Told by the node that collects the votes, when some arrived: members of the set whose first vote did not, at most 32.',
  },
  'hotstuff.missing_validator_count': {
    type: 'number',
    on: ['view_change'],
    doc: 'How many those are in all.',
  },
  'hotstuff.failed_transactions': { type: 'number', on: ['execution'], doc: 'Of these, failed.' },
  'hotstuff.fuel_used': { type: 'number', on: ['execution'], doc: 'Fuel (gas) used.' },
  'hotstuff.fuel_limit': { type: 'number', on: ['execution'], doc: 'Fuel that a block may use.' },
  'hotstuff.state_root': { type: 'string', on: ['execution'], doc: 'Root of the state after the block.' },
  'hotstuff.transaction': { type: 'string', on: ['transaction'], doc: 'The transaction.' },
  'hotstuff.next_view': { type: 'number', on: ['view_change'], doc: 'The view entered instead.' },
} as const satisfies Record<string, AttributeRow>;

/** Name of an attribute. */
export type AttributeName = keyof typeof attributes;

/** Attributes of the resource: who tells the span. */
export const resourceAttributes = {
  'service.name': '`hotstuff-node`, or `tracing.service_name`.',
  'service.namespace': 'The chain.',
  'service.instance.id': 'The node.',
  'hotstuff.validator': "The node's id in the validator set, where its `hello` says it.",
  'telemetry.distro.name': '`quorumscope`.',
  'telemetry.distro.version': 'Its version.',
  OTEL_RESOURCE_ATTRIBUTES: 'Whatever this variable of the environment says, unless it is one of the above.',
} as const satisfies Record<string, string>;
