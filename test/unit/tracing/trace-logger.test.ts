/** Log lines about a view lead to its trace. */
import { describe, expect, it } from 'vitest';
import type { LogFields, Logger } from '../../../src/base/logger.js';
import type { WatchedChain } from '../../../src/domains/consensus/watch.js';
import { ConsensusWatch } from '../../../src/domains/consensus/watch.js';
import { spanIdOf, traceIdOf } from '../../../src/tracing/ids.js';
import { withTraceIds } from '../../../src/tracing/trace-logger.js';

const watch = new ConsensusWatch();
const record = { epoch: 2, leader: 'carol' };
watch.open('main', {
  views: { view: (view: number) => (view === 7 ? [record] : []) },
} as unknown as WatchedChain);

function told(fields?: LogFields): LogFields | undefined {
  let heard: LogFields | undefined;
  const note = (_: string, given?: LogFields): void => void (heard = given);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  withTraceIds(logger, watch).warn('something', fields);
  return heard;
}

describe('the logger', () => {
  it('adds trace and span of the root to a line about a known view', () => {
    const traceId = traceIdOf('main', 2, 7);
    expect(told({ chain: 'main', view: 7, cause: 'leader_silent' })).toEqual({
      chain: 'main',
      view: 7,
      cause: 'leader_silent',
      trace_id: traceId,
      span_id: spanIdOf(traceId, 'carol', 'view'),
    });
  });

  it('takes the epoch that the line says, and leaves the span out where the leader is not known', () => {
    expect(told({ chain: 'main', view: 8, epoch: 3 })).toEqual({
      chain: 'main',
      view: 8,
      epoch: 3,
      trace_id: traceIdOf('main', 3, 8),
    });
  });

  it('leaves other lines alone', () => {
    expect(told()).toBeUndefined();
    expect(told({ chain: 'main' })).toEqual({ chain: 'main' });
    expect(told({ view: 7 })).toEqual({ view: 7 });
  });
});
