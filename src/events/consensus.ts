/**
 * What a HotStuff-2 node states about consensus. Basic and chained form share these events: the
 * chained form has `vote1` and QCs only, the basic form adds `vote2` and double certificates (DC).
 * Emit an event after the fact is persisted. The words are those of the protocol's papers.
 */
import * as f from './schema.js';
import { domain, event } from './schema.js';

/** `vote3` exists for three-phase HotStuff, which the simulator runs as a comparison. */
export const voteTypes = ['vote1', 'vote2', 'vote3'] as const;

export const viewTriggers = ['start', 'qc', 'dc', 'tc', 'timer', 'sync'] as const;

export const rejectionReasons = [
  'below_lock',
  'below_quorum',
  'duplicate',
  'future_view',
  'invalid_block',
  'invalid_certificate',
  'invalid_signature',
  'malformed',
  'stale_epoch',
  'stale_view',
  'unknown_validator',
  'wrong_leader',
  'other',
] as const;

export const byzantineKinds = [
  'double_vote',
  'double_proposal',
  'vote_below_lock',
  'lock_regression',
  'invalid_certificate',
  'invalid_signature',
  'view_spam',
  'other',
] as const;

export const safetyKinds = ['conflicting_commit', 'conflicting_certificate', 'other'] as const;

const epoch = f.optional(f.uint('The epoch of the view.'));
const signature = f.optional(
  f.text("The statement's signature, hexadecimal or base64 (attachment level 4)."),
);
const processing = f.optional(f.duration('Time from having the message to being done with it.'));

const certificate = {
  view: f.uint('The view that the certificate is of.'),
  epoch,
  block: f.id('The certified block.'),
  height: f.optional(f.uint('Height of the certified block.')),
  signers: f.optional(f.ids('Who signed it; at least a quorum.')),
} as const;

const proposal = {
  view: f.uint('The view that the block is proposed in.'),
  epoch,
  height: f.uint('Height of the block.'),
  block: f.id('Hash of the block.'),
  parent: f.id('Hash of its parent.'),
  justify_view: f.uint('View of the certificate that justifies the proposal.'),
  dc_view: f.optional(f.uint('View of the highest double certificate that it carries.')),
  transactions: f.optional(f.uint('Number of transactions in the block.')),
  bytes: f.optional(f.uint('Size of the block.')),
  fuel: f.optional(f.uint64('Fuel (gas) that the block asks for.')),
  proposed_at_us: f.optional(f.uint("The block's own timestamp, microseconds since the Unix epoch.")),
} as const;

const vote = {
  view: f.uint('The view voted in.'),
  epoch,
  vote: f.oneOf('The phase of the vote.', voteTypes),
  block: f.id('The block voted for.'),
} as const;

const views = {
  viewEntered: event({
    doc: 'The node entered a view.',
    level: 1,
    priority: 'vital',
    fields: {
      view: f.uint('The view entered.'),
      epoch,
      trigger: f.oneOf('What let the node enter.', viewTriggers),
      leader: f.id('The leader of the view.'),
      timeout_us: f.optional(f.duration('The timer that this view runs under.')),
    },
  }),
  viewTimedOut: event({
    doc: "The view's timer expired before it was decided.",
    level: 1,
    priority: 'vital',
    fields: {
      view: f.uint('The view given up.'),
      epoch,
      leader: f.optional(f.id('The leader of the view.')),
      timeout_us: f.optional(f.duration('The timer that expired.')),
      consecutive: f.optional(f.uint('How many views in a row have now timed out here.')),
    },
  }),
  leaderWaited: event({
    doc: 'The leader was free to propose: at once (responsive), or after waiting for status messages.',
    level: 2,
    priority: 'normal',
    fields: {
      view: f.uint('The view led.'),
      epoch,
      path: f.oneOf('How it came to propose.', ['responsive', 'waited']),
      wait_us: f.duration('Time from entering the view to being free to propose.'),
      statuses: f.optional(f.uint('Status messages received by then.')),
    },
  }),
  statusSent: event({
    doc: 'A replica told the new leader its lock.',
    level: 3,
    priority: 'normal',
    fields: { view: f.uint('The view entered.'), epoch, lock_view: f.uint('View of the lock sent.') },
  }),
  statusReceived: event({
    doc: "The leader received a replica's lock.",
    level: 3,
    priority: 'normal',
    fields: {
      view: f.uint('The view led.'),
      epoch,
      validator: f.id('Who sent it.'),
      lock_view: f.uint('View of the lock received.'),
    },
  }),
};

const proposals = {
  proposalSent: event({
    doc: 'The leader broadcast its proposal.',
    level: 2,
    priority: 'vital',
    fields: { ...proposal, build_us: f.optional(f.duration('Time to build the block.')), signature },
  }),
  proposalReceived: event({
    doc: 'A proposal arrived and was accepted as valid.',
    level: 2,
    priority: 'vital',
    fields: { ...proposal, validator: f.id('Who proposed it.'), processing_us: processing, signature },
  }),
  proposalRejected: event({
    doc: 'A proposal arrived and was refused.',
    level: 2,
    priority: 'vital',
    fields: {
      view: f.uint('The view it claims.'),
      epoch,
      validator: f.id('Who sent it.'),
      reason: f.oneOf('Why.', rejectionReasons),
      block: f.optional(f.id('Hash of the block.')),
      justify_view: f.optional(f.uint('View of the certificate it carries.')),
      signature,
    },
  }),
};

const votes = {
  voteSent: event({
    doc: 'The node voted; its lock and last voted view are persisted.',
    level: 2,
    priority: 'vital',
    fields: {
      ...vote,
      justify_view: f.optional(f.uint("View of the proposal's certificate.")),
      lock_view: f.optional(f.uint('View of the lock at that moment.')),
      to: f.optional(f.id('The collector it was sent to.')),
      signature,
    },
  }),
  voteReceived: event({
    doc: 'The collector received a vote, in time or late.',
    level: 3,
    priority: 'vital',
    fields: {
      ...vote,
      validator: f.id('Who voted.'),
      late_us: f.optional(f.duration('How long after the certificate was complete; absent when in time.')),
      processing_us: processing,
      signature,
    },
  }),
  voteRejected: event({
    doc: 'A vote arrived and was refused. A repeated copy of a known vote has reason `duplicate`.',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('The view it claims.'),
      epoch,
      vote: f.oneOf('The phase of the vote.', voteTypes),
      validator: f.id('Who sent it.'),
      reason: f.oneOf('Why.', rejectionReasons),
      block: f.optional(f.id('The block voted for.')),
      signature,
    },
  }),
};

const certificates = {
  qcFormed: event({
    doc: 'This node collected a quorum of votes into a quorum certificate.',
    level: 2,
    priority: 'vital',
    fields: {
      ...certificate,
      vote: f.optional(f.oneOf('The phase certified; vote1 when absent.', voteTypes)),
      collect_us: f.optional(f.duration('From the first vote received to the one that closed the quorum.')),
    },
  }),
  qcReceived: event({
    doc: 'A quorum certificate arrived in a proposal, a prepare or a status message.',
    level: 3,
    priority: 'vital',
    fields: {
      ...certificate,
      vote: f.optional(f.oneOf('The phase certified; vote1 when absent.', voteTypes)),
      validator: f.optional(f.id('Who sent it.')),
    },
  }),
  dcFormed: event({
    doc: 'This node collected a quorum of vote2 into a double certificate.',
    level: 2,
    priority: 'vital',
    fields: {
      ...certificate,
      collect_us: f.optional(f.duration('From the first vote received to the one that closed the quorum.')),
    },
  }),
  dcReceived: event({
    doc: 'A double certificate arrived.',
    level: 3,
    priority: 'vital',
    fields: { ...certificate, validator: f.optional(f.id('Who sent it.')) },
  }),
  certificateRejected: event({
    doc: 'A certificate arrived and was refused.',
    level: 3,
    priority: 'vital',
    fields: {
      certificate: f.oneOf('Its kind.', ['qc', 'dc', 'tc']),
      view: f.uint('The view it claims.'),
      epoch,
      reason: f.oneOf('Why.', rejectionReasons),
      validator: f.optional(f.id('Who sent it.')),
      signers: f.optional(f.ids('Who signed it.')),
    },
  }),
  lockUpdated: event({
    doc: 'The node locked a certificate.',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('View of the new lock.'),
      epoch,
      old_view: f.optional(f.uint('View of the lock before.')),
      block: f.id('The block locked.'),
    },
  }),
  highQcUpdated: event({
    doc: 'The node learned of a higher quorum certificate.',
    level: 3,
    priority: 'normal',
    fields: { view: f.uint('View of the certificate.'), epoch, block: f.id('The certified block.') },
  }),
};

const pacemaker = {
  wishSent: event({
    doc: 'The node asked to leave its view (wish or timeout message).',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('The view asked for.'),
      epoch,
      high_qc_view: f.optional(f.uint('View of the highest certificate known.')),
    },
  }),
  wishReceived: event({
    doc: 'Another node asked to leave its view.',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('The view asked for.'),
      epoch,
      validator: f.id('Who asked.'),
      high_qc_view: f.optional(f.uint('View of the highest certificate it knows.')),
      signature,
    },
  }),
  tcFormed: event({
    doc: 'This node collected a quorum of wishes into a timeout certificate.',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('The view that it lets enter.'),
      epoch,
      signers: f.optional(f.ids('Who signed it.')),
      collect_us: f.optional(f.duration('From the first wish to the one that closed the quorum.')),
    },
  }),
  tcReceived: event({
    doc: 'A timeout certificate arrived.',
    level: 3,
    priority: 'vital',
    fields: {
      view: f.uint('The view that it lets enter.'),
      epoch,
      validator: f.optional(f.id('Who sent it.')),
      signers: f.optional(f.ids('Who signed it.')),
    },
  }),
};

const chain = {
  blockCommitted: event({
    doc: 'A block became final here. Heights are contiguous, each exactly once.',
    level: 1,
    priority: 'vital',
    fields: {
      view: f.uint('The view that the block was proposed in.'),
      epoch,
      height: f.uint('Height of the block.'),
      block: f.id('Hash of the block.'),
      parent: f.optional(f.id('Hash of its parent.')),
      proposer: f.optional(f.id('Who proposed it.')),
      transactions: f.optional(f.uint('Number of transactions in the block.')),
      bytes: f.optional(f.uint('Size of the block.')),
      fuel: f.optional(f.uint64('Fuel (gas) of the block.')),
      proposed_at_us: f.optional(f.uint("The block's own timestamp, microseconds since the Unix epoch.")),
      syncing: f.optional(f.bool('True while catching up: left out of latency and throughput.')),
    },
  }),
  blockPruned: event({
    doc: 'A block that others conflict with was dropped from the tree.',
    level: 3,
    priority: 'normal',
    fields: { view: f.uint('Its view.'), epoch, height: f.uint('Its height.'), block: f.id('Its hash.') },
  }),
  epochChanged: event({
    doc: 'A new epoch began; repeats the whole validator set.',
    level: 2,
    priority: 'vital',
    fields: {
      epoch: f.uint('The new epoch.'),
      view: f.uint('Its first view.'),
      height: f.optional(f.uint('The height it begins at.')),
      validators: f.validators('The validator set with voting power and optional names.'),
    },
  }),
  syncStarted: event({
    doc: 'The node began to catch up from others.',
    level: 2,
    priority: 'vital',
    fields: {
      from_height: f.uint('Height it has.'),
      to_height: f.optional(f.uint('Height it wants.')),
      reason: f.optional(f.text('Why.')),
    },
  }),
  syncCompleted: event({
    doc: 'The node has caught up.',
    level: 2,
    priority: 'vital',
    fields: {
      from_height: f.uint('Height it had.'),
      to_height: f.uint('Height it has.'),
      blocks: f.uint('Blocks fetched.'),
      duration_us: f.duration('Time it took.'),
    },
  }),
};

const observations = {
  byzantineDetected: event({
    doc: 'The node itself saw a validator break the protocol.',
    level: 3,
    priority: 'vital',
    fields: {
      kind: f.oneOf('What it did.', byzantineKinds),
      validator: f.id('Who did it.'),
      view: f.uint('The view it was done in.'),
      epoch,
      statement_a: f.optional(f.text('First signed statement.')),
      statement_b: f.optional(f.text('Second signed statement.')),
    },
  }),
  safetyViolated: event({
    doc: 'The node itself saw a safety rule broken.',
    level: 3,
    priority: 'vital',
    fields: {
      kind: f.oneOf('What was broken.', safetyKinds),
      view: f.uint('The view concerned.'),
      epoch,
      height: f.optional(f.uint('The height concerned.')),
      detail: f.optional(f.text('What the node says about it.')),
    },
  }),
  signatureProcessed: event({
    doc: 'Signature work done by the node.',
    priority: 'bulk',
    sampled: true,
    fields: {
      operation: f.oneOf('The operation.', ['sign', 'verify', 'aggregate', 'verify_aggregate']),
      duration_us: f.duration('Time it took.'),
      signatures: f.optional(f.uint('How many signatures it covered.')),
    },
  }),
};

/** The consensus domain. */
export const consensus = domain('consensus', {
  ...views,
  ...proposals,
  ...votes,
  ...certificates,
  ...pacemaker,
  ...chain,
  ...observations,
});
