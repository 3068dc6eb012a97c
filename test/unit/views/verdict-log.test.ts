/** What is held of verdicts: recent ones, failed ones longer, with copies of their records. */
import { describe, expect, it } from 'vitest';
import type { ViewVerdict } from '../../../src/domains/consensus/verdict/view-verdict.js';
import { VerdictLog, type VerdictLogOptions } from '../../../src/views/verdict-log.js';
import { RecordStream } from '../domains/consensus/views.js';
import { verdictOn } from './made-verdict.js';

function logOf(options: Partial<VerdictLogOptions> = {}): VerdictLog {
  return new VerdictLog({ views: () => undefined, ...options });
}

const views = (log: VerdictLog): number[] => log.list('main').map(({ view }) => view);
const failed: Partial<ViewVerdict> = { outcome: 'failed', cause: 'leader_silent', culprits: ['validator-2'] };

describe('the verdict log', () => {
  it('keeps failed views longer than decided ones, and lists the highest first', () => {
    const log = logOf({ recent: 3, troubled: 2 });
    log.verdict(verdictOn(1, failed));
    for (let view = 2; view <= 9; view++) log.verdict(verdictOn(view));
    expect(views(log)).toEqual([9, 8, 7, 1]);
    log.verdict(verdictOn(10, failed));
    log.verdict(verdictOn(11, failed));
    expect(views(log)).toEqual([11, 10, 9, 8, 7]);
  });

  it('has the last word on a revised view, once', () => {
    const log = logOf();
    log.verdict(verdictOn(4, failed));
    log.verdict(verdictOn(4, { revision: 1 }));
    expect(log.list('main')).toHaveLength(1);
    expect(log.get('main', 4)).toMatchObject({ outcome: 'decided', revision: 1 });
  });

  it('holds the records of a failed view after its book has forgotten them, late things included', () => {
    const stream = new RecordStream();
    let isForgotten = false;
    const log = logOf({ views: (chain) => (isForgotten ? undefined : stream.watch.views(chain)) });
    const node = stream.node();
    node.enter(7, 0);
    node.propose(7, 20);
    node.expire(7, 500);
    node.enter(8, 600, { trigger: 'tc' });
    const verdict = verdictOn(7, failed);
    log.verdict(verdict);
    log.settled(verdict);
    node.commit(7, 700);
    log.amended(stream.record(7));
    isForgotten = true;
    const [record] = log.records('main', 7);
    expect(record).toMatchObject({ node: 'n1', view: 7, leftBy: 'tc', timeout: { atUs: 500_000 } });
    expect(record!.committedUs).toBe(700_000);
    expect(log.records('main', 8)).toEqual([]);
  });

  it('keeps the records of a pinned view whatever became of it', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.enter(8, 100);
    let isForgotten = false;
    const log = logOf({
      views: (chain) => (isForgotten ? undefined : stream.watch.views(chain)),
      isPinned: (view) => view === 7,
    });
    for (const view of [7, 8]) log.settled(verdictOn(view));
    isForgotten = true;
    expect(log.records('main', 7)).toHaveLength(1);
    expect(log.records('main', 8)).toHaveLength(0);
  });
});
