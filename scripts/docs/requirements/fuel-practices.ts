/** What "Fuel Metering Analytics" asks of how it is built and documented: practices, and what it leaves as next steps. */
import { done, open, section } from './row.js';
import { shown } from './shown.js';

export const practices = section('S0.practices', 'Best practices', [
  done(shown.benchHooks, 'overhead', 'Minimal Overhead: keep analytics overhead <5%', [
    'feature hooks of bounded work, measured by `npm run bench`',
  ]),
  done(shown.board, 'storage', 'Efficient Storage: use efficient data structures', [
    'feature one flat array of slots; recording through a handle allocates nothing',
  ]),
  done(shown.intake, 'real_time', 'Real-time Processing: process data in real-time', [
    'feature events are counted as they arrive',
  ]),
  done(
    shown.archiveRetention,
    'retention',
    'Historical Retention: keep historical data for analysis',
    'feature history',
  ),
  done(shown.ship, 'async', 'Async Processing: use async operations for analytics', [
    'feature hooks never wait: embedded pipeline in a worker thread, or shipped over a socket',
  ]),
  done(shown.hookBatches, 'batch', 'Batch Processing: process data in batches', [
    'feature hooks ship events in batches',
  ]),
  done(shown.page, 'caching', 'Caching: cache frequently accessed data', [
    'feature prefixes of exposition lines are rendered once and kept',
  ]),
  done(shown.bench, 'optimization', 'Optimization: continuously optimize analytics code', [
    'feature `npm run bench` prints ratios beside published libraries',
  ]),
  open(
    'anonymization',
    'Anonymization: anonymize sensitive data',
    'feature keyed pseudonyms of callers and peers',
  ),
  open('access_control', 'Access Control: restrict access to analytics data', [
    'feature loopback only unless configured; authentication and roles on HTTP',
  ]),
  open(
    'encryption',
    'Encryption: encrypt sensitive analytics data',
    'feature TLS; secrets encrypted at rest',
  ),
  open('audit_trail', 'Audit Trail: log all analytics access', [
    'feature hash-chained audit log, `quorumscope audit verify FILE`',
  ]),
  done(shown.decode, 'input_validation', 'Input Validation: validate all analytics inputs', [
    'feature every line is validated against its schema; bad ones are counted with a reason',
  ]),
  done(shown.intake, 'rate_limiting', 'Rate Limiting: limit analytics data collection', [
    'feature a bounded queue drops by class, messages first, certificates last, and counts',
  ]),
  done(shown.board, 'resource_limits', 'Resource Limits: enforce analytics resource limits', [
    'metric quorumscope_series_limit',
    'metric quorumscope_series_folded_total',
    'metric quorumscope_series_refused_total',
  ]),
  done(shown.intake, 'self_monitoring', 'Monitoring: monitor analytics system itself', [
    'metric quorumscope_events_dropped_total',
    'metric quorumscope_series',
    'feature metrics of the sidecar itself (`quorumscope_*`)',
  ]),
]);

export const next = section('S0.next', 'Next steps', [
  done(shown.requirements, 'test_matrix', 'Test Matrix', 'document docs/REQUIREMENTS.md'),
  done(
    shown.bench,
    'baseline',
    'Performance Baseline',
    'feature `npm run bench`, with CPU, Node and commit beside the figures',
  ),
  open('security', 'Security Guidelines', 'feature chapter on trust and hardening in the guide'),
  open('plugin_guide', 'Plugin Development Guide', 'feature how to add an event, a metric, a domain'),
]);
