/** Fills the meter port of the journal room with series: one label, the journal's name, chosen by its owner. */
import type { JournalMeter } from './journal/meter.js';
import { refusals } from './journal/meter.js';
import type { Board } from './metrics/board.js';
import { counter, gauge, histogram } from './metrics/definition.js';

const name = ['journal'] as const;

/** Metrics of all journals. */
export const journalMetrics = {
  records: counter('quorumscope_journal_records_total', 'Records taken into a journal.', name),
  refused: counter('quorumscope_journal_refused_total', 'Records that a journal did not take, by reason.', [
    ...name,
    'reason',
  ]),
  written: counter('quorumscope_journal_written_bytes_total', 'Bytes made durable.', name, { unit: 'bytes' }),
  flush: histogram(
    'quorumscope_journal_flush_duration_seconds',
    'Time of a write with its fsync; whoever waits meanwhile shares the next one.',
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    name,
    { unit: 'seconds' },
  ),
  failures: counter(
    'quorumscope_journal_failures_total',
    'Writes that failed; their records wait in memory and are tried again.',
    [...name, 'code'],
  ),
  cut: counter(
    'quorumscope_journal_cut_bytes_total',
    'Bytes of unfinished writes cut off on opening.',
    name,
    {
      unit: 'bytes',
    },
  ),
  damaged: counter(
    'quorumscope_journal_damaged_bytes_total',
    'Bytes found damaged on opening; the file is kept beside the journal.',
    name,
    { unit: 'bytes' },
  ),
  segments: gauge('quorumscope_journal_segments', 'Files of a journal.', name),
  size: gauge('quorumscope_journal_size_bytes', 'Size of a journal on disk.', name, { unit: 'bytes' }),
  removed: counter(
    'quorumscope_journal_removed_segments_total',
    'Files deleted because they are older than what is kept.',
    name,
  ),
} as const;

/** System errors told apart; others count as `other`. */
const CODES = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES', 'EMFILE'];

/** A meter on the board. */
export function boardMeter(board: Board, journal: string): JournalMeter {
  const records = board.counter(journalMetrics.records).at(journal);
  const written = board.counter(journalMetrics.written).at(journal);
  const flush = board.histogram(journalMetrics.flush).at(journal);
  const cut = board.counter(journalMetrics.cut).at(journal);
  const damaged = board.counter(journalMetrics.damaged).at(journal);
  const segments = board.gauge(journalMetrics.segments).at(journal);
  const size = board.gauge(journalMetrics.size).at(journal);
  const removed = board.counter(journalMetrics.removed).at(journal);
  // At zero from the start, so that the first refusal is an increase.
  const refused = new Map(
    refusals.map((reason) => [reason, board.counter(journalMetrics.refused).at(journal, reason)]),
  );
  return {
    appended: () => records.add(),
    refused: (reason) => refused.get(reason)?.add(),
    flushed: (bytes, seconds) => {
      written.add(bytes);
      flush.observe(seconds);
    },
    failed: (code) =>
      board
        .counter(journalMetrics.failures)
        .at(journal, CODES.includes(code) ? code : 'other')
        .add(),
    cut: (bytes) => cut.add(bytes),
    damaged: (bytes) => damaged.add(bytes),
    size: (count, bytes) => {
      segments.set(count);
      size.set(bytes);
    },
    removed: (count) => removed.add(count),
  };
}
