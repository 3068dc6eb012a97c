/**
 * Gives log lines about a view the ids of its trace: a line whose fields have `chain` and `view` gets `trace_id` and, where
 * the view's leader is known, the `span_id` of its root. The fields that were there are never changed.
 */
import type { LogFields, Logger } from '../base/logger.js';
import type { ConsensusWatch } from '../domains/consensus/watch.js';
import { spanIdOf, traceIdOf } from './ids.js';

/** Where records are read. */
type Watched = Pick<ConsensusWatch, 'views'>;

/** `logger`, with ids. */
export function withTraceIds(logger: Logger, watch: Watched): Logger {
  const told = (fields: LogFields | undefined): LogFields | undefined =>
    fields === undefined ? undefined : { ...fields, ...traceFields(fields, watch) };
  return {
    debug: (message, fields) => logger.debug(message, told(fields)),
    info: (message, fields) => logger.info(message, told(fields)),
    warn: (message, fields) => logger.warn(message, told(fields)),
    error: (message, fields) => logger.error(message, told(fields)),
  };
}

function traceFields({ chain, view, epoch }: LogFields, watch: Watched): LogFields {
  if (typeof chain !== 'string' || typeof view !== 'number') return {};
  const [record] = watch.views(chain)?.view(view) ?? [];
  const said = typeof epoch === 'number' ? epoch : undefined;
  const traceId = traceIdOf(chain, said ?? record?.epoch, view);
  const leader = record?.leader;
  return {
    trace_id: traceId,
    ...(leader === undefined ? {} : { span_id: spanIdOf(traceId, leader, 'view') }),
  };
}
