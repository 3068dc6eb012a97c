/** How a node's own spans are found: who speaks, which span stands for a view, which for giving it up. */
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import { spanIdOf, traceIdOf } from './ids.js';
import type { SpanPointer } from './view-span.js';
import type { ViewPointer } from './view-story.js';

/** Who tells a record. */
export type Speaker = Pick<ViewRecord, 'chain' | 'node' | 'self'>;

/** The span of a node in a view: its root where it leads, else its `replica`. */
export function ownSpan(record: Speaker, view: ViewPointer): SpanPointer {
  const traceId = traceIdOf(record.chain, view.epoch, view.view);
  const name = isLeader(record, view) ? 'view' : 'replica';
  return { traceId, spanId: spanIdOf(traceId, speakerOf(record), name) };
}

/** The span in which a node gave a view up. */
export function viewChangeSpan(record: Speaker, view: ViewPointer): SpanPointer {
  const traceId = traceIdOf(record.chain, view.epoch, view.view);
  return { traceId, spanId: spanIdOf(traceId, speakerOf(record), 'view_change') };
}

/** The name under which a node's span ids are made. */
export function speakerOf({ self, node }: Pick<ViewRecord, 'self' | 'node'>): string {
  return self ?? node;
}

/** Whether the node leads the view. */
export function isLeader({ self }: Pick<ViewRecord, 'self'>, { leader }: ViewPointer): boolean {
  return self !== undefined && self === leader;
}
