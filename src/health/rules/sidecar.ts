/** The sidecar about itself: does it hear everything, and does what it says get out? */
import type { HealthRule } from '../rule.js';
import { at, fixed, seconds } from '../rule.js';
import { percent, span } from './words.js';

const own = { per: 'sidecar', scope: 'self', worse: 'above', component: 'sidecar' } as const;

/** The checks of the sidecar. */
export const sidecarRules: readonly HealthRule[] = [
  {
    ...own,
    check: 'sidecar.events_lost',
    alert: 'HotStuffEventsLost',
    measures: 'events that are missing or dropped, over those received',
    levels: at('warning', 'max_event_loss', seconds(15)),
    measure: (read) => {
      const received = read.growth('quorumscope_events_received_total');
      if (received === undefined || received <= 0) return undefined;
      const missing = read.growth('quorumscope_events_missing_total') ?? 0;
      const dropped = read.growth('quorumscope_events_dropped_total') ?? 0;
      return (missing + dropped) / received;
    },
    reason: ({ value }) =>
      `${percent(value)} as many events are missing as arrive; verdicts around the gaps are withheld.`,
    remedy: 'Give the sidecar more processor time, or lower the sampling rate of the hooks.',
  },
  {
    ...own,
    check: 'sidecar.events_invalid',
    alert: 'HotStuffEventsInvalid',
    measures: 'lines refused, over those received',
    levels: at('warning', 'max_event_loss', seconds(15)),
    measure: (read) => read.share('quorumscope_events_invalid_total', 'quorumscope_events_received_total'),
    reason: ({ value }) => `${percent(value)} of the lines received are not valid events.`,
    remedy: '`quorumscope check stream` says which, and what was expected.',
  },
  {
    ...own,
    check: 'sidecar.events_late',
    alert: 'HotStuffEventsLate',
    slack: 0,
    measures: 'age of events when they are processed, but for one in a hundred',
    levels: at('warning', 'max_event_lag', seconds(30)),
    measure: (read) => read.quantile('quorumscope_event_lag_seconds', 0.99),
    reason: ({ value }) => `One in a hundred events is ${span(value)} old or older when it is processed.`,
    remedy: 'Give the sidecar more processor time, or mend the clocks.',
  },
  {
    ...own,
    check: 'sidecar.queue_full',
    alert: 'HotStuffIntakeOverloaded',
    measures: 'how full the queue of events is',
    levels: at('warning', 'max_queue_usage', seconds(5)),
    measure: (read) => {
      const waiting = read.gauge('quorumscope_intake_queue_events');
      const room = read.gauge('quorumscope_intake_queue_capacity_events');
      return waiting === undefined || !room ? undefined : waiting / room;
    },
    reason: ({ value }) => `The queue of events is ${percent(value)} full.`,
    remedy: 'Give the sidecar more processor time, or raise `intake.queue_events`.',
  },
  {
    ...own,
    check: 'sidecar.delivery_failing',
    alert: 'HotStuffDeliveryFailing',
    measures: 'exporters that have failed five times in a row',
    levels: fixed({ warning: { enter: 1 } }),
    measure: (read) =>
      read
        .each('quorumscope_delivery_failing')
        .map(({ labels, value }) => ({ value, about: labels['destination']! })),
    reason: ({ about }) => `Nothing has got through to ${about} of late.`,
    remedy: 'Mend the receiver or the way to it; what is spooled is sent by itself.',
  },
  {
    ...own,
    check: 'sidecar.disk_failing',
    alert: 'HotStuffDiskWritesFailing',
    measures: 'writes of the sidecar to its own disk that failed within the window',
    levels: fixed({ critical: { enter: 0 } }),
    measure: (read) => read.growth('quorumscope_journal_failures_total'),
    reason: ({ value }) => `${value} writes of the sidecar to its disk failed.`,
    remedy: 'Make room in `data.dir` or mend its permissions.',
  },
  {
    ...own,
    check: 'sidecar.defect',
    alert: 'HotStuffSidecarDefect',
    measures: 'events within the window that made a part of the sidecar fail',
    levels: fixed({ warning: { enter: 0 } }),
    measure: (read) => {
      const dispatch = read.growth('quorumscope_dispatch_failures_total');
      const domains = read.growth('quorumscope_domain_errors_total');
      return dispatch === undefined && domains === undefined ? undefined : (dispatch ?? 0) + (domains ?? 0);
    },
    reason: ({ value }) => `${value} events made a part of the sidecar fail; nothing else was harmed.`,
    remedy: 'Report it with the line in its log and a recording.',
  },
];
