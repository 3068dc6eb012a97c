/** What the archive says about itself. */
import { counter, gauge, histogram } from '../../metrics/definition.js';

/** Metrics of the archive on disk. */
export const archiveMetrics = {
  bytes: gauge(
    'quorumscope_history_archive_bytes',
    'Size of the archive on disk, its open hour included.',
    [],
    {
      unit: 'bytes',
    },
  ),
  segments: gauge('quorumscope_history_archive_segments', 'Sealed segments of the archive.', []),
  series: gauge(
    'quorumscope_history_archive_series',
    'Series that the archive knows, gone ones included.',
    [],
  ),
  oldest: gauge(
    'quorumscope_history_archive_oldest_timestamp_seconds',
    'Begin of the oldest segment, seconds since the Unix epoch.',
    [],
    { unit: 'seconds' },
  ),
  rows: counter('quorumscope_history_archive_rows_total', 'Rows taken into the archive.', []),
  missed: counter(
    'quorumscope_history_archive_missed_total',
    'Rows that the archive did not get, by reason.',
    ['reason'],
  ),
  sampling: histogram(
    'quorumscope_history_archive_sampling_duration_seconds',
    'Time that a row held the event loop.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1],
    [],
    { unit: 'seconds' },
  ),
  jobs: counter(
    'quorumscope_history_archive_jobs_total',
    'Work of the archive in the background, by what and how it ended.',
    ['job', 'result'],
  ),
  damaged: counter(
    'quorumscope_history_archive_damaged_total',
    'Segments that could not be read and were set aside.',
    [],
  ),
  lost: counter(
    'quorumscope_history_archive_lost_total',
    'Rows and series of the journal that could not be read when it was sealed.',
    [],
  ),
  deleted: counter(
    'quorumscope_history_archive_deleted_total',
    'Series or segments deleted, by what they were and why.',
    ['what', 'reason'],
  ),
} as const;

/** Why a row is missing: the clock did not move on, the disk was full for long, the last one was still being written. */
export const missedReasons = ['clock', 'refused', 'late'] as const;

/** One of them. */
export type MissedReason = (typeof missedReasons)[number];
