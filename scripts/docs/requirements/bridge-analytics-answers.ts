/** What the bridge analytics answer: dashboard data, percentiles, time series. */
import { done, open, section } from './row.js';
import { shown } from './shown.js';

export const dashboard = section(
  'S3.dashboard',
  'Dashboard generation',
  [
    done(
      shown.analytics,
      'get_dashboard',
      'get_dashboard(time_range)',
      'feature dashboard data for a time range',
    ),
    done(shown.fedBoard, 'timestamp', 'timestamp', 'feature dashboard data: time made'),
    open('time_range', 'time_range, default last minute', 'feature dashboard data: range'),
    done(shown.analyticsAsked, 'bucket_size', 'bucket size by time range', 'feature step chosen by range'),
    done(shown.fedBoard, 'reads_per_second', 'operations.reads_per_second', [
      'metric hotstuff_storage_reads_total',
      'feature dashboard data: rate of reads',
    ]),
    done(shown.fedBoard, 'writes_per_second', 'operations.writes_per_second', [
      'metric hotstuff_storage_writes_total',
      'feature dashboard data: rate of writes',
    ]),
    done(
      shown.fedBoard,
      'total_operations',
      'operations.total_operations',
      'feature dashboard data: increase of operations',
    ),
    done(
      shown.fedBoard,
      'read_latency_p50',
      'performance.read_latency_p50',
      'feature dashboard data: quantile 0.5 of reads',
    ),
    done(
      shown.fedBoard,
      'read_latency_p95',
      'performance.read_latency_p95',
      'feature dashboard data: quantile 0.95 of reads',
    ),
    done(
      shown.fedBoard,
      'read_latency_p99',
      'performance.read_latency_p99',
      'feature dashboard data: quantile 0.99 of reads',
    ),
    done(shown.fedBoard, 'write_latency_p50', 'performance.write_latency_p50', [
      'feature dashboard data: quantile 0.5 of writes',
    ]),
    done(shown.fedBoard, 'write_latency_p95', 'performance.write_latency_p95', [
      'feature dashboard data: quantile 0.95 of writes',
    ]),
    done(shown.fedBoard, 'write_latency_p99', 'performance.write_latency_p99', [
      'feature dashboard data: quantile 0.99 of writes',
    ]),
    done(shown.fedBoard, 'hit_rate', 'cache.hit_rate', [
      'metric hotstuff_storage_cache_hits_total',
      'feature dashboard data: hits over accesses',
    ]),
    done(shown.fedBoard, 'total_hits', 'cache.total_hits', 'feature dashboard data: increase of hits'),
    done(shown.fedBoard, 'total_misses', 'cache.total_misses', 'feature dashboard data: increase of misses'),
    done(shown.fedBoard, 'evictions', 'cache.evictions', 'feature dashboard data: increase of evictions'),
    done(shown.fedBoard, 'optimizations_active', 'optimizations.active', [
      'feature dashboard data: started less completed',
    ]),
    done(
      shown.fedBoard,
      'optimizations_completed',
      'optimizations.completed',
      'feature dashboard data: completed',
    ),
    done(shown.fedBoard, 'optimizations_failed', 'optimizations.failed', 'feature dashboard data: failed'),
    done(
      shown.fedBoard,
      'optimizations_success_rate',
      'optimizations.success_rate',
      'feature dashboard data: success ratio',
    ),
    done(
      shown.fedBoard,
      'optimizations_avg_duration',
      'optimizations.avg_duration_ms',
      'feature dashboard data: mean duration',
    ),
    done(shown.fedBoard, 'error_rate', 'health.error_rate', 'feature dashboard data: errors over operations'),
    done(shown.fedBoard, 'active_sessions', 'health.active_sessions', [
      'metric hotstuff_execution_active_instances',
      'metric quorumscope_source_connected',
      'feature dashboard data: instances and attached sources',
    ]),
    done(shown.fedBoard, 'memory_usage_mb', 'health.memory_usage_mb', [
      'metric hotstuff_process_resident_memory_bytes',
      'feature dashboard data: memory',
    ]),
    done(shown.fedBoard, 'process_count', 'health.process_count', [
      'metric hotstuff_process_threads',
      'feature dashboard data: threads',
    ]),
  ],
  'Each figure is a documented PromQL query over series that exist; the dashboard collects them for a time range.',
);

export const percentiles = section('S3.percentiles', 'Percentile calculations', [
  done(
    shown.analyticsTruth,
    'percentile',
    'percentile(metric, start, end, p)',
    'feature `histogram_quantile` over a range',
  ),
  done(shown.analyticsTruth, 'empty', 'percentile of no values is nil', 'feature no sample, not zero'),
  done(
    shown.analyticsTruth,
    'exact',
    'rank by round(p * n)',
    'feature quantile rule of Prometheus: linear between the samples next to the rank',
  ),
  done(shown.sketch, 'streaming', 'streaming_percentile by T-Digest', [
    'feature exponential histogram: bounded relative error, exact merge',
    'note Instead of T-Digest, whose merge depends on order.',
  ]),
]);

export const timeSeries = section('S3.queries', 'Time series queries', [
  done(
    shown.analyticsTruth,
    'query',
    'query_time_series(metric, start, end, opts)',
    'feature range query; a function of the package',
  ),
  done(shown.analyticsTruth, 'interval', 'interval, default 1 minute', 'feature step'),
  done(
    shown.analyticsTruth,
    'aggregation',
    'aggregation, default avg',
    'feature `avg_over_time` and the other aggregations',
  ),
  done(shown.analyticsTruth, 'buckets', 'generate_time_buckets', 'feature aligned steps'),
  done(shown.queryApi, 'timestamp', 'result: timestamp', 'feature time of each step'),
  done(shown.queryApi, 'value', 'result: value', 'feature value of each step'),
  done(shown.analyticsTruth, 'count', 'result: count', 'feature `count_over_time`'),
]);
