/** Every metric of the consensus domain, by subject. */
import { certificateMetrics } from './certificate-metrics.js';
import { commitMetrics } from './commit-metrics.js';
import { findingMetrics } from './findings/finding-metrics.js';
import { proposalMetrics } from './proposal-metrics.js';
import { participationMetrics } from './participation/participation-metrics.js';
import { phaseMetrics } from './record/phase-metrics.js';
import { reportMetrics } from './report-metrics.js';
import { validatorMetrics } from './validator-metrics.js';
import { verdictMetrics } from './verdict/verdict-metrics.js';
import { viewMetrics } from './view-metrics.js';
import { voteMetrics } from './vote-metrics.js';

/** Prefixed by subject, because two subjects may use the same short key. */
export const consensusMetrics = {
  ...prefixed('view', viewMetrics),
  ...prefixed('proposal', proposalMetrics),
  ...prefixed('commit', commitMetrics),
  ...prefixed('vote', voteMetrics),
  ...prefixed('certificate', certificateMetrics),
  ...prefixed('validator', validatorMetrics),
  ...prefixed('report', reportMetrics),
  ...prefixed('phase', phaseMetrics),
  ...prefixed('participation', participationMetrics),
  ...prefixed('verdict', verdictMetrics),
  ...prefixed('finding', findingMetrics),
};

function prefixed<T>(subject: string, metrics: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [`${subject}.${key}`, metric]));
}
