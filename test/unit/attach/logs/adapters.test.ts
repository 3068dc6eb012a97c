import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAdapter, type Adapter } from '../../../../src/attach/logs/adapter.js';
import { LogTranslator } from '../../../../src/attach/logs/translator.js';
import { LineDecoder } from '../../../../src/events/decode.js';
import type { EventMap, EventType, StreamEvent } from '../../../../src/events/vocabulary.js';
import { leaderOf, nodeLogBytes, nodeLogHeader, nodeLogs } from '../../../support/node-logs.js';

function adapterOf(name: string): Adapter {
  const file = new URL(
    `../../../../src/attach/logs/adapters/${name.slice(0, name.indexOf('/'))}.yaml`,
    import.meta.url,
  );
  const adapter = readAdapter(readFileSync(file, 'utf8'));
  if ('problems' in adapter) throw new Error(adapter.problems.join('\n'));
  return adapter;
}

function translated(name: string) {
  const header = nodeLogHeader(name);
  const decoder = new LineDecoder();
  const events: StreamEvent[] = [];
  const refused: string[] = [];
  let now = 1_700_000_000_000_000;
  const facts = { chain: 'captured', node: 'n', validator: header.node, validators: header.validators };
  const translator = new LogTranslator(adapterOf(name), facts, () => (now += 10));
  const lines = nodeLogBytes(name).toString('utf8').split('\n').slice(0, -1);
  for (const line of lines)
    for (const told of translator.line(line).told) {
      if (decoder.decode(told) === 'event') events.push(decoder.event!);
      else refused.push(`${decoder.detail}: ${told}`);
    }
  const of = <T extends EventType>(type: T) => events.filter((event) => event.type === type) as EventMap[T][];
  return { header, truth: header.truth, translator, events, refused, lines, of };
}

describe.each(nodeLogs())('the log %s through its adapter', (name) => {
  const { truth, translator, refused, lines, of, header } = translated(name);
  const { counts } = translator;
  const entered = of('consensus.view_entered');
  const committed = of('consensus.block_committed');

  it('becomes events that the intake takes, and every line is counted once', () => {
    expect(refused).toEqual([]);
    expect(counts.matched + counts.ignored + counts.foreign + counts.failed).toBe(lines.length);
    expect(counts.failed).toBe(0);
  });

  it('tells the views that the program reports', () => {
    const { views, ticks } = truth;
    // flow-go reports changes of view only, and prints where it starts.
    const told = name.startsWith('flow-go') ? entered.slice(1) : entered;
    if (views) expect(told.map(({ view }) => view)).toEqual(views);
    for (const tick of ticks ?? []) {
      const until = Date.parse(tick.at) * 1000;
      expect(entered.filter(({ ts_us }) => ts_us <= until).length).toBe(tick.view_changes);
    }
  });

  it('tells the timeouts that the program reports', () => {
    if (truth.timeouts)
      expect(of('consensus.view_timed_out').map(({ view }) => view)).toEqual(truth.timeouts);
    for (const { at, view_changes_by_timeout } of truth.ticks ?? []) {
      const until = Date.parse(at) * 1000;
      const byTimeout = entered.filter(({ ts_us, trigger }) => ts_us <= until && trigger === 'tc');
      expect(byTimeout.length).toBe(view_changes_by_timeout);
    }
  });

  it('tells the commits that the program reports', () => {
    const commits = truth.commits?.filter(({ view }) => view !== 0);
    if (commits) {
      expect(committed.length).toBe(commits.length);
      commits.forEach((commit, index) => {
        const told = committed[index]!;
        if (commit.block !== undefined) expect(commit.block.startsWith(told.block)).toBe(true);
        if (commit.height !== undefined) expect(told.height).toBe(commit.height);
        if (commit.view !== undefined) expect(told.view).toBe(commit.view);
        if (commit.proposer !== undefined && told.proposer !== undefined)
          expect(told.proposer).toBe(commit.proposer);
      });
    }
    for (const { at, commits: sum } of truth.ticks ?? [])
      expect(committed.filter(({ ts_us }) => ts_us <= Date.parse(at) * 1000).length).toBe(sum);
  });

  it('tells no leader but the one that the program reports', () => {
    const known = entered.filter(({ leader }) => leader !== 'unknown');
    for (const { view, leader } of known) {
      const expected = typeof truth.leaders === 'string' ? String((view % 4) + 1) : leaderOf(truth, view);
      if (expected !== undefined) expect(leader).toBe(expected);
    }
    if (adapterOf(name).rotation) expect(known.length).toBe(entered.length);
    expect(header.validators.length).toBe(4);
  });

  it('tells the votes, proposals and certificates that the program reports', () => {
    const views = (type: EventType) => of(type).map((event) => (event as { view: number }).view);
    if (truth.votes)
      expect(
        of('consensus.vote_sent')
          .filter(({ vote }) => vote === 'vote1')
          .map(({ view }) => view),
      ).toEqual(truth.votes);
    if (truth.certificates) expect(views('consensus.qc_formed')).toEqual(truth.certificates);
  });
});
