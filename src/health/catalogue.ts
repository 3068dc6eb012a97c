/** What health and thresholds export. */
import { gauge } from '../metrics/definition.js';

export const healthMetrics = {
  health: gauge(
    'hotstuff_health',
    'State of each component and of all together (component `overall`): 1 for the state it is in, 0 for the others. `no_data` is a state of its own.',
    ['component', 'state'],
  ),
  threshold: gauge(
    'quorumscope_threshold',
    'Thresholds in force, in base units: what the shipped rules and health compare with. Absent where switched off. Set by `alerts.thresholds`.',
    ['name'],
  ),
} as const;
