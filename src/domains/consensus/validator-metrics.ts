/** Metrics of the validator set: of the chain, since all honest nodes agree on it, and of a node's place. */
import { counter, gauge, nodeLabels } from '../../metrics/definition.js';
import { fed } from '../declare.js';

/** Subject: the validator set. */
export const validatorMetrics = {
  info: fed(
    gauge('hotstuff_validator_info', 'Always 1: which validator id a label stands for.', [
      'chain_id',
      'validator',
      'id',
    ]),
    'hello',
    'consensus.epoch_changed',
  ),
  node: fed(
    gauge(
      'hotstuff_node_info',
      'Always 1: which validator a node speaks for. Who is named here is one of ours, everybody else a peer. Absent until the node says which validator it is, and while that is not in the set.',
      [...nodeLabels, 'validator'],
    ),
    'hello',
  ),
  validators: fed(
    gauge('hotstuff_consensus_validators', 'Validators in the current set.', ['chain_id']),
    'hello',
    'consensus.epoch_changed',
  ),
  setPower: fed(
    gauge('hotstuff_consensus_set_voting_power', 'Voting power of the whole validator set.', ['chain_id']),
    'hello',
    'consensus.epoch_changed',
  ),
  quorumPower: fed(
    gauge(
      'hotstuff_consensus_quorum_voting_power',
      'Least voting power that makes a quorum: more than two thirds of the set.',
      ['chain_id'],
    ),
    'hello',
    'consensus.epoch_changed',
  ),
  power: fed(
    gauge('hotstuff_consensus_validator_voting_power', 'Voting power of a validator.', [
      'chain_id',
      'validator',
    ]),
    'hello',
    'consensus.epoch_changed',
  ),
  ownPower: fed(
    gauge(
      'hotstuff_consensus_own_voting_power',
      'Voting power of this node; 0 while it is not in the set, absent until it says which validator it is.',
      nodeLabels,
    ),
    'hello',
    'consensus.epoch_changed',
  ),
  epoch: fed(
    gauge('hotstuff_consensus_epoch', 'Epoch that the node is in.', nodeLabels),
    'hello',
    'consensus.epoch_changed',
    'consensus.view_entered',
  ),
  epochChanges: fed(
    counter('hotstuff_consensus_epoch_changes_total', 'Epochs begun.', nodeLabels),
    'consensus.epoch_changed',
  ),
} as const;
